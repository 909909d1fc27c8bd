import type { Logger } from "pino";
import pretty from "pino-pretty";
import { createLog } from "../server/log.js";

/** The log of a command: for people on a terminal, else JSON lines. */
export const terminalLog = (level: string): Logger =>
  createLog(level, process.stdout.isTTY ? pretty({ sync: true, ignore: "pid,hostname" }) : undefined);
