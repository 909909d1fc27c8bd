import { cpus } from "node:os";
import type { Findings, Part } from "./part.js";

/** docs/speed.md: what is measured, how to read it, and what each part found. */
export const page = (found: readonly (readonly [Part, Findings])[], picture: string): string => `# Speed

<!-- Written by \`npm run bench speed\`. Do not edit: change bench/speed/page.ts. -->

What a request costs the gateway, beside simpler servers measured in the same run. \`npm run bench speed\` wrote this page on a machine
with ${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), Node ${process.versions.node}. Absolute numbers are that machine's; compare the ratios.

![The gateway beside its yardsticks](${picture})

## How to read it

- The gateway is the built program with the Node options of \`npm start\`, in production. Gateway, yardsticks, platform and load
  generator are processes of their own, on the same cores.
- **CPU ms** is the time that the cores spent for one request: \`process.cpuUsage\` of the serving process with all its threads, garbage
  collection among them. It is the steadiest number here. Requests per second and waiting times also depend on who else used the cores.
- Servers are measured in turn, round after round. A ratio compares two measurements of the same round, and the median of the rounds is
  shown. *Lowest to highest* says how far rounds differ: a difference smaller than that says nothing.
- **node:http** is Node's own server, which sends the same bytes whatever is asked. Its two ratios are of requests per second and of CPU.
- **Plain Apollo Server** is written by hand over the same platform (\`bench/peers/plain-apollo\`). It uses Apollo Server 5 on Fastify and a
  DataLoader for each API. It keeps answers of the platform in Keyv, with the same time to live. It has no log, no limits, no credentials and
  no ages of figures.
- **parse and print** is \`JSON.parse\` of the platform's bytes and \`JSON.stringify\` of the answer.
- **Hive Gateway** (response cache, compiled documents) and **Tailcall** (cached fields, equal exchanges made once, threads on all cores) are
  measured where they are installed. They are configured, not programmed, and are asked in the platform's shape, with one root field
  for each call; so their answers differ in size.
- *Unique Authorization* is a header that no request had before, where it gives no right (AUTH=none). *Unique tokens* are valid JWTs
  (HS256), each seen for the first time.
- Connections are kept alive, with one request at a time on each. Nothing is compressed.

\`npm run bench speed\` measures everything and writes this page. With \`-- --quick\` it takes a few minutes and only prints. One part:
\`npm run bench speed hot\`, or ${found
  .map(([{ name }]) => `\`${name}\``)
  .filter((name) => name !== "`hot`")
  .join(", ")}. With the other gateways:

\`\`\`sh
mkdir peers && (cd peers && npm install @graphql-hive/gateway@2 @graphql-mesh/transport-rest @tailcallhq/core-linux-x64-gnu)
SPEED_PEERS=$PWD/peers npm run bench speed hot    # SPEED_TAILCALL: another build of Tailcall
\`\`\`

${found.map(([{ title }, { markdown }]) => `## ${title}\n\n${markdown}`).join("\n\n")}
`;
