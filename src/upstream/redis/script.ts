import { createHash } from "node:crypto";

/** A Lua script that Redis runs whole, with nothing in between. */
export interface Script {
  readonly source: string;
  /** By which Redis knows it once it has seen it. */
  readonly sha1: string;
}

/** For scripts: Redis' time in ms, `now`, and `ms`, which writes a time to the microsecond. */
const time = `local seconds, micros = unpack(redis.call('TIME'))
local now = seconds * 1000 + micros / 1000
local function ms(time) return string.format('%.3f', time) end
`;

export function script(body: string): Script {
  const source = time + body;
  return { source, sha1: createHash("sha1").update(source).digest("hex") };
}

/** Bulk strings come as Buffers, whole numbers as numbers, nothing as null. */
export type Reply = number | Buffer | null | readonly Reply[];

/** Redis has answered something that the script cannot have said. */
export class GarbledReply extends Error {
  override readonly name = "GarbledReply";
}

export function listOf(reply: Reply | undefined): readonly Reply[] {
  if (!Array.isArray(reply)) throw new GarbledReply("Redis answered with something else than a list.");
  return reply;
}

export function bytesOf(reply: Reply | undefined): Buffer {
  if (!Buffer.isBuffer(reply)) throw new GarbledReply("Redis answered with something else than a text.");
  return reply;
}

export const textOf = (reply: Reply | undefined): string => bytesOf(reply).toString("utf8");

/** A finite number, written as a number or a text. */
export function numberOf(reply: Reply | undefined): number {
  const number = typeof reply === "number" ? reply : Number(textOf(reply) || Number.NaN);
  if (!Number.isFinite(number)) throw new GarbledReply("Redis answered with something else than a number.");
  return number;
}
