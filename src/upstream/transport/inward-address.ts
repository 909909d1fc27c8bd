import { BlockList, isIP } from "node:net";

const inward = new BlockList();
for (const [network, prefix] of [
  ["0.0.0.0", 8], // this machine
  ["10.0.0.0", 8],
  ["100.64.0.0", 10], // shared by a provider's customers, RFC 6598
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
] as const) {
  inward.addSubnet(network, prefix, "ipv4"); // covers ::ffff:0:0/96 too
}
for (const [network, prefix] of [
  ["::", 96], // unspecified, loopback, and IPv4 written the oldest way
  ["64:ff9b::", 96], // IPv4 by a translator, RFC 6052
  ["64:ff9b:1::", 48],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10], // site-local, no longer given out
] as const) {
  inward.addSubnet(network, prefix, "ipv6");
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/**
 * Whether a URL leads to loopback, a link-local or a private network by a literal address or by the name localhost.
 * `URL` has normalised unusual spellings already, such as 0x7f.1 or 2130706433. Other names are not resolved.
 */
export const leadsInward = (url: URL): boolean => leadsInto(inward, url);

/** Whether a URL leads to this machine, by a literal address or by the name localhost. */
export const isLoopback = (url: URL): boolean => leadsInto(loopback, url);

function leadsInto(addresses: BlockList, { hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, "").replace(/\.+$/, "");
  const version = isIP(host);
  if (version === 0) return host === "" || host === "localhost" || host.endsWith(".localhost");
  return addresses.check(host, version === 4 ? "ipv4" : "ipv6");
}
