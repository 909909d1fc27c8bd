import { readFileSync } from "node:fs";
import { createServer } from "node:http";

/** The yardstick of big answers: each request parses the platform's bytes and prints the answer's, from bytes to bytes, and sends neither. */
const platform = readFileSync(process.env.PLATFORM_FILE!);
const answer = JSON.parse(readFileSync(process.env.ANSWER_FILE!, "utf8")) as unknown;
createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    JSON.parse(platform.toString());
    const printed = Buffer.from(JSON.stringify(answer));
    const body = `{"data":{"bytes":${printed.length}}}`;
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length });
    response.end(body);
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
