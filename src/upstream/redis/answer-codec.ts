import { Packr } from "msgpackr";
import { z } from "zod";
import type { AnswerRecord, Api } from "../apis/descriptor.js";
import type { RedisClock } from "./redis-clock.js";

/** An answer as it lies in Redis. All times are Redis' own, epoch ms. */
export interface SharedAnswer {
  readonly scope: string;
  readonly slot: string;
  readonly record: AnswerRecord;
  readonly keepUntil: number;
}

/** Rows have the same keys: they are written once. */
const packr = new Packr({ useRecords: true, mapsAsObjects: false });

const envelope = z.strictObject({
  scope: z.string(),
  slot: z.string(),
  call: z.unknown(),
  reply: z.unknown(),
  bytes: z.number().int().nonnegative(),
  pages: z.number().int().positive(),
  /** When the platform was asked. */
  askedAt: z.number(),
  /** How far the wall clock of the replica that asked was ahead of Redis' clock: the dates in the reply are that clock's. */
  wallAheadMs: z.number(),
  keepUntil: z.number(),
});

/** Wall clocks that differ by no more than this are taken for the same. */
const sameClockMs = 1_000;
/** An answer from further in the future than this was not written by a clock that can be believed. */
const futureMs = 1_000;

/** When the platform was asked, by Redis' clock. */
export const askedAt = ({ reply, askedMonotonic }: AnswerRecord, clock: RedisClock): number =>
  askedMonotonic === undefined ? reply.asOf - clock.wallAheadMs : clock.toRedis(askedMonotonic);

export function encoded({ stored }: Api, { scope, slot, record, keepUntil }: SharedAnswer, clock: RedisClock): Buffer {
  const { call, reply, bytes, pages } = record;
  return packr.pack({
    scope,
    slot,
    call,
    reply: stored.bare(reply),
    bytes,
    pages,
    askedAt: askedAt(record, clock),
    wallAheadMs: clock.wallAheadMs,
    keepUntil,
  } satisfies z.input<typeof envelope>);
}

/** What was written, dated by this process's clocks. Throws for whatever no gateway of this release writes. */
export function decoded({ stored }: Api, bytes: Buffer, clock: RedisClock): SharedAnswer {
  const { scope, slot, keepUntil, askedAt: asked, wallAheadMs, ...read } = envelope.parse(packr.unpack(bytes));
  if (asked > clock.now() + futureMs) throw new Error("It is dated in the future.");
  const call = stored.readCall(read.call);
  const reply = stored.readReply(read.reply, call);
  const differenceMs = Math.round(clock.wallAheadMs - wallAheadMs);
  const shiftMs = Math.abs(differenceMs) > sameClockMs ? differenceMs : 0;
  const dated = { ...reply, asOf: reply.asOf + shiftMs, newestAskedAt: reply.newestAskedAt + shiftMs };
  if (![dated.asOf, dated.newestAskedAt].every(Number.isSafeInteger)) throw new Error("It has a date that no clock can have.");
  const { bytes: size, pages } = read;
  return { scope, slot, keepUntil, record: { call, reply: dated, bytes: size, pages, askedMonotonic: clock.toMonotonic(asked) } };
}
