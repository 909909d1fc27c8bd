export const firstNames = "Ada Bela Carla Dov Emre Fadi Greta Hana Ivo Jana Kofi Lena Mio Nora Omar Pia Quinn Rosa Sami Tara".split(" ");
export const lastNames =
  "Abbot Berg Cohen Diaz Endo Fischer Gomez Haddad Ito Jensen Klein Levi Moreau Novak Okoye Petrov Rossi Silva Tanaka Weber".split(" ");
export const topics =
  "Billing Orders Returns Delivery Accounts Loyalty Tech-Support Sales Claims Travel Devices Fraud Press Partners".split(" ");
export const places = "Haifa Lisbon Austin Manila Krakow Leeds Pune Osaka Bogota Accra Turin Perth".split(" ");
