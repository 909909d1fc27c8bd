import { readFileSync } from "node:fs";
import { createServer } from "node:http";

/** The yardstick: node:http that reads a request to its end and answers it with the bytes of a file. Nothing can do less with Node's own server. */
const body = readFileSync(process.env.BODY_FILE!);
createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": body.length });
    response.end(body);
  });
}).listen(Number(process.env.PORT), "127.0.0.1");
