import { describe, expect, test } from "vitest";
import type { HttpRequest, HttpResponse } from "../../../src/upstream/call.js";
import { type AccountCredentials, token, tokensOf } from "../../../src/upstream/transport/credentials.js";
import { BrokenConnection, OutOfTime, UnreadableBody } from "../../../src/upstream/transport/failures.js";

const client: AccountCredentials = { kind: "client", clientId: "id&1", clientSecret: "hush=2" };
const answered = (status: number, body: unknown): HttpResponse => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { status, text, retryAfter: status === 429 ? "2" : null, bytes: text.length };
};

function tokenService(answer: (index: number) => HttpResponse | Error) {
  const clock = { at: 1000 };
  const requests: HttpRequest[] = [];
  const tokens = tokensOf(
    { id: "le1", credentials: client },
    async () => "https://sentinel.test",
    async (request) => {
      requests.push(request);
      const given = answer(requests.length);
      if (given instanceof Error) throw given;
      return given;
    },
    { now: () => Date.parse("2026-01-01T00:00:00Z"), monotonic: () => clock.at },
  );
  return { tokens: tokens!, requests, clock };
}
/** The token once the renewal that is under way has ended. */
const renewed = async (tokens: NonNullable<ReturnType<typeof tokensOf>>) => {
  await new Promise(setImmediate);
  return tokens.get(token);
};
const numbered = (expires_in: unknown) => (index: number) => answered(200, { access_token: `token-${index}`, expires_in });

describe("client credentials", () => {
  test("are exchanged for a token at the account's token service", async () => {
    const { tokens, requests } = tokenService(numbered("3600"));
    expect(await tokens.get(token)).toBe("token-1");
    expect(requests).toEqual([
      {
        method: "POST",
        url: "https://sentinel.test/sentinel/api/v2/account/le1/app/token",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: "client_id=id%261&client_secret=hush%3D2&grant_type=client_credentials",
      },
    ]);
  });

  test.each([["3600"], [3600]])(
    "with expires_in %j renew the token in its last minute, behind the token that serves on",
    async (expiresIn) => {
      const { tokens, clock, requests } = tokenService(numbered(expiresIn));
      await tokens.get(token);
      clock.at = 1000 + 3_540_000;
      expect(await tokens.get(token)).toBe("token-1");
      expect(requests).toHaveLength(1);
      clock.at += 1;
      expect(await tokens.get(token)).toBe("token-1");
      expect(await renewed(tokens)).toBe("token-2");
      expect(requests).toHaveLength(2);
    },
  );

  test("renew a token that lives less than two minutes in the second half of its life", async () => {
    const { tokens, clock, requests } = tokenService(numbered(40));
    await tokens.get(token);
    clock.at = 1000 + 20_000;
    expect(await tokens.get(token)).toBe("token-1");
    expect(requests).toHaveLength(1);
    clock.at += 1;
    expect(await tokens.get(token)).toBe("token-1");
    expect(await renewed(tokens)).toBe("token-2");
  });

  test("use a token whose renewal fails to the end of its life, and no longer", async () => {
    const { tokens, clock, requests } = tokenService((index) => (index === 1 ? numbered("3600")(index) : answered(503, "")));
    await tokens.get(token);
    for (const leftMs of [59_000, 30_000, 1]) {
      clock.at = 1000 + 3_600_000 - leftMs;
      expect(await tokens.get(token)).toBe("token-1");
      await new Promise(setImmediate);
      expect(tokens.standing(token)).toMatchObject({ known: true, failure: { code: "UPSTREAM_UNAVAILABLE" } });
    }
    expect(requests).toHaveLength(4);
    clock.at = 1000 + 3_600_000;
    await expect(tokens.get(token)).rejects.toMatchObject({ code: "UPSTREAM_UNAVAILABLE" });
    expect(tokens.standing(token)).toMatchObject({ known: false, failure: { code: "UPSTREAM_UNAVAILABLE" } });
  });

  test("count a token's life from when it was asked for", async () => {
    const { tokens, clock } = tokenService((index) => {
      clock.at += 10_000;
      return numbered(40)(index);
    });
    expect(await tokens.get(token)).toBe("token-1");
    clock.at = 1000 + 40_000;
    expect(await tokens.get(token)).toBe("token-2");
  });

  test("use a token without expires_in until it is refused", async () => {
    const { tokens, clock } = tokenService(numbered(undefined));
    await tokens.get(token);
    clock.at = 10 ** 12;
    expect(await tokens.get(token)).toBe("token-1");
    expect(await tokens.instead(token, "token-1")).toBe("token-2");
  });

  test("have no token known before the token service has answered, and one before anybody needs it when kept", async () => {
    const { tokens, requests } = tokenService(numbered("3600"));
    expect(tokens.standing(token)).toMatchObject({ known: false, failure: { message: "Token service: it has not answered yet." } });
    await tokens.keep(
      token,
      () => 0,
      () => undefined,
    );
    expect(tokens.standing(token)).toEqual({ known: true, failure: undefined });
    expect(await tokens.get(token)).toBe("token-1");
    expect(requests).toHaveLength(1);
    tokens.close();
  });

  test("are exchanged once for many who ask at once, and once for a burst of refusals", async () => {
    const { tokens, requests } = tokenService(numbered("3600"));
    expect(await Promise.all(Array.from({ length: 20 }, () => tokens.get(token)))).toEqual(Array(20).fill("token-1"));
    expect(await Promise.all(Array.from({ length: 20 }, () => tokens.instead(token, "token-1")))).toEqual(Array(20).fill("token-2"));
    expect(await tokens.instead(token, "token-1")).toBe("token-2");
    expect(requests).toHaveLength(2);
  });

  test.each([
    ["wrong credentials", answered(401, { error: "hush=2" }), "UPSTREAM_UNAUTHORIZED", { status: 401 }],
    ["an unknown client", answered(400, { error: "invalid_client" }), "UPSTREAM_UNAUTHORIZED", { status: 400 }],
    ["too many requests", answered(429, ""), "UPSTREAM_RATE_LIMITED", { status: 429, retryAfterMs: 2000 }],
    ["a server error", answered(503, ""), "UPSTREAM_UNAVAILABLE", { status: 503 }],
    ["a broken connection", new BrokenConnection(), "UPSTREAM_UNAVAILABLE", {}],
    ["a timeout", new OutOfTime(), "UPSTREAM_TIMEOUT", {}],
    ["an unreadable body", new UnreadableBody(), "UPSTREAM_INVALID_RESPONSE", {}],
    ["text that is not JSON", answered(200, "hush=2"), "UPSTREAM_INVALID_RESPONSE", {}],
    ["JSON null", answered(200, "null"), "UPSTREAM_INVALID_RESPONSE", {}],
    ["no token", answered(200, { expires_in: 5 }), "UPSTREAM_INVALID_RESPONSE", {}],
    ["an unreadable life", answered(200, { access_token: "t", expires_in: "soon" }), "UPSTREAM_INVALID_RESPONSE", {}],
  ])("that meet %s fail by its code, with no secret in the error, and are tried again later", async (_, answer, code, facts) => {
    const { tokens, clock } = tokenService((index) => (index === 1 ? answer : numbered("3600")(index)));
    const error = await tokens.get(token).catch((reason) => reason);
    expect(error).toMatchObject({ code, extensions: { code, account: "le1", ...facts } });
    expect(error.message).toMatch(/^Token service: .*\.$/);
    expect(JSON.stringify([error.message, error.extensions, error.cause ?? null])).not.toMatch(/hush|id&1|sentinel\.test/);
    clock.at += 2000;
    expect(await tokens.get(token)).toBe("token-2");
  });

  test.each(["0", "Wed, 31 Dec 2025 23:00:00 GMT"])("wait a second after a 429 with Retry-After %s", async (retryAfter) => {
    const { tokens } = tokenService(() => ({ ...answered(429, ""), retryAfter }));
    const error = await tokens.get(token).catch((reason) => reason);
    expect(error).toMatchObject({ code: "UPSTREAM_RATE_LIMITED", extensions: { retryAfterMs: 1000 } });
  });
});

const withoutService = (credentials: AccountCredentials) =>
  tokensOf(
    { id: "le1", credentials },
    () => Promise.reject(new Error("not to be looked up")),
    () => Promise.reject(new Error("not to be asked")),
    { now: () => 0, monotonic: () => 1 },
  );

test("a static bearer is the token for ever: nothing renews it", async () => {
  const tokens = withoutService({ kind: "bearer", token: "static" });
  expect(await tokens?.get(token)).toBe("static");
  expect(await tokens?.instead(token, "static")).toBeNull();
  expect(await tokens?.instead(token, "one before it")).toBe("static");
  expect(tokens?.standing(token)).toEqual({ known: true, failure: undefined });
});

test("an account read by its callers has no token of its own", () => {
  expect(withoutService({ kind: "caller" })).toBeNull();
});
