import { createRoot } from "react-dom/client";
import { Entrance } from "../../graphiql/entrance.js";
import { Board } from "./board.js";
import "./page.css";

const url = new URL("../graphql", location.href).href;
const root = document.getElementById("root");
if (!root) throw new Error("The page has no element for the board.");
createRoot(root).render(
  <Entrance url={url} opens="the wallboard">
    {({ headers, accounts }) => <Board url={url} credentials={headers} accounts={accounts} />}
  </Entrance>,
);
