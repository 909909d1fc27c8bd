import { afterAll, beforeAll, expect, it } from "vitest";
import { Campaign, heapBytes } from "./campaign.js";

/** Fixed, so that a failure is everybody's; `npm run bench fuzz` takes others. */
const seed = 20260311;

let campaign: Campaign;
beforeAll(async () => {
  campaign = await Campaign.start();
});
afterAll(() => campaign.stop());

it("executes every operation that the schema admits, or refuses it with a code of the contract", async () => {
  const { inputs, codes } = await campaign.valid(120, seed);
  expect(inputs).toBe(120);
  expect(codes.none).toBeGreaterThan(40);
  expect(codes.BAD_USER_INPUT).toBeGreaterThan(10);
}, 120_000);

it("answers every broken request with a code of the contract or of Apollo, and stays up", async () => {
  const { inputs, codes } = await campaign.hostile(300, seed);
  expect(inputs).toBe(300);
  expect(Object.keys(codes)).toEqual(
    expect.arrayContaining(["BAD_REQUEST", "BAD_USER_INPUT", "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "QUERY_TOO_LARGE"]),
  );
  expect(await campaign.isUp()).toBe(true);
}, 120_000);

it("holds no more memory after more of the same", async () => {
  await campaign.hostile(40, seed);
  const before = heapBytes();
  await campaign.hostile(40, seed);
  expect(heapBytes() - before).toBeLessThan(16 * 1024 * 1024);
}, 120_000);
