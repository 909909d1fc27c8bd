import { generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { configFrom, type Environment } from "../../src/config.js";
import { configOf, problemsOf } from "./configured.js";

describe("API_KEYS_FILE", () => {
  const environment = { AUTH: "api-key", API_KEYS_FILE: "keys.yaml" };
  const at = 'API_KEYS_FILE "keys.yaml"';
  const digits = "12".repeat(32);

  it("gives keys with their rights, where a right left out is not given and a digest of digits is no number", () => {
    const text = `keys: [{ name: w, sha256: ${digits}, accounts: [007] }, { name: a, sha256: ${"AB".repeat(32)}, accounts: "*", explain: true, conversations: true }]`;
    expect(configOf(environment, text).auth).toEqual({
      kind: "api-key",
      keys: [
        { name: "w", sha256: digits, accounts: ["007"], explain: false, conversations: false, metrics: false },
        { name: "a", sha256: "ab".repeat(32), accounts: "*", explain: true, conversations: true, metrics: false },
      ],
    });
  });

  it.each([
    ["no key", "keys: []", "keys must be a list of at least one key, but is an empty list."],
    [
      "a key in place of its digest",
      "keys: [{ name: w, sha256: s3cret, accounts: [a] }]",
      "keys[0].sha256 must be the SHA-256 of the key in 64 hexadecimal digits, but is something else (not shown: it may be a secret).",
    ],
    ["a bare text", "keys: [s3cret]", "keys[0] must be a map of name, sha256, accounts, explain, conversations, metrics, but is a text."],
    ["no accounts", `keys: [{ name: w, sha256: ${digits} }]`, 'keys[0].accounts must be a list of account ids, or "*", but is missing.'],
    [
      "a right that is neither given nor not",
      `keys: [{ name: w, sha256: ${digits}, accounts: [a], explain: yes }]`,
      'keys[0].explain must be one of true, false, but is "yes".',
    ],
    [
      "a digest twice",
      `keys: [{ name: w, sha256: ${digits}, accounts: [a] }, { name: x, sha256: ${digits}, accounts: [b] }]`,
      "keys must be a list of different keys, but is a list.",
    ],
    [
      "a name twice",
      `keys: [{ name: w, sha256: ${digits}, accounts: [a] }, { name: w, sha256: ${"ab".repeat(32)}, accounts: [b] }]`,
      "keys must be a list of keys with different names, but is a list.",
    ],
  ])("with %s refuses the start and says where", (_, text, problem) => {
    expect(problemsOf(environment, text)).toEqual([`${at}: ${problem}`]);
  });

  it("is in the examples, and can be read", () => {
    const { auth } = configFrom({ AUTH: "api-key", API_KEYS_FILE: "examples/api-keys.yaml" });
    expect(auth).toMatchObject({
      keys: [
        { name: "wallboard", conversations: false, metrics: false },
        { name: "analyst", conversations: true, metrics: false },
        { name: "prometheus", accounts: [], metrics: true },
      ],
    });
  });
});

describe("settings of AUTH", () => {
  const rsa = (modulusLength: number) => generateKeyPairSync("rsa", { modulusLength });
  const pem = (key: ReturnType<typeof rsa>["publicKey"]) => key.export({ type: "spki", format: "pem" }).toString();
  const secret = "k".repeat(32);
  const keyBound =
    "JWT_PUBLIC_KEY must be the PEM of a public key: RSA of at least 2048 bits, P-256, P-384, P-521 or Ed25519, but is something else (not shown: it may be a secret).";

  it.each([
    [{ AUTH: "jwt" }, "Exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET must be set when AUTH is jwt, but none is."],
    [
      { AUTH: "jwt", JWT_SECRET: secret, JWT_JWKS_URL: "https://issuer.example/keys" },
      "Exactly one of JWT_JWKS_URL, JWT_PUBLIC_KEY, JWT_SECRET must be set when AUTH is jwt, but JWT_JWKS_URL and JWT_SECRET are.",
    ],
    [
      { AUTH: "jwt", JWT_SECRET: "s3cret" },
      "JWT_SECRET must be a secret of at least 32 bytes, but is something else (not shown: it may be a secret).",
    ],
    [{ AUTH: "jwt", JWT_PUBLIC_KEY: "s3cret" }, keyBound],
    [{ AUTH: "jwt", JWT_PUBLIC_KEY: pem(rsa(1024).publicKey) }, keyBound],
    [{ AUTH: "jwt", JWT_PUBLIC_KEY: rsa(2048).privateKey.export({ type: "pkcs8", format: "pem" }).toString() }, keyBound],
    [
      { AUTH: "jwt", JWT_JWKS_URL: "ftp://issuer.example" },
      'JWT_JWKS_URL must be a URL that starts with https:// or http://, without user and fragment, but is "ftp://issuer.example".',
    ],
    [{ AUTH: "api-key" }, "API_KEYS_FILE must be set when AUTH is api-key, but is unset."],
    [{ API_KEYS_FILE: "keys.yaml" }, "API_KEYS_FILE must be unset unless AUTH is api-key, but is set."],
    [{ AUTH: "none", JWT_SECRET: secret }, "JWT_SECRET must be unset unless AUTH is jwt, but is set."],
    [
      { AUTH: "jwt", JWT_SECRET: secret, JWT_CLOCK_SKEW_SECONDS: "601" },
      'JWT_CLOCK_SKEW_SECONDS must be a whole number from 0 to 600, but is "601".',
    ],
  ])("refuse the start, case %#", (environment: Environment, problem) => {
    expect(problemsOf(environment)).toEqual([problem]);
  });

  it("reads a public key whose lines were folded into one, and knows the signatures that it can check", () => {
    const key = pem(rsa(2048).publicKey);
    const { auth } = configOf({ AUTH: "jwt", JWT_PUBLIC_KEY: key.replaceAll("\n", "\\n"), JWT_ISSUER: "i", JWT_AUDIENCE: "a" });
    expect(auth).toEqual({
      kind: "jwt",
      key: { kind: "public", pem: key, algorithms: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"] },
      issuer: "i",
      audience: "a",
      claims: { accounts: "accounts", explain: "explain", conversations: "conversations", metrics: "metrics" },
      clockSkewSeconds: 30,
    });
  });

  it.each([
    ["P-256", "ES256"],
    ["P-384", "ES384"],
    ["P-521", "ES512"],
  ])("lets a key on %s check %s alone", (namedCurve, algorithm) => {
    const { auth } = configOf({ AUTH: "jwt", JWT_PUBLIC_KEY: pem(generateKeyPairSync("ec", { namedCurve }).publicKey) });
    expect(auth).toMatchObject({ key: { algorithms: [algorithm] } });
  });
});
