import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";

/** RFC 7518, 3.2: a key for HS256 is at least as long as its hash, in bytes. */
const shortestSecret = 32;

/** A secret that both sides know; never shown. */
export const signingSecret = () => {
  const bound = `a secret of at least ${shortestSecret} bytes`;
  return z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= shortestSecret, bound)
    .describe(bound);
};

/** RFC 7518, 3.3 */
const shortestRsaBits = 2048;

const curves: Readonly<Record<string, string>> = { prime256v1: "ES256", secp384r1: "ES384", secp521r1: "ES512" };

/** A public key, and the signatures that it can check. */
export interface PublicKey {
  pem: string;
  algorithms: readonly string[];
}

/** A public key as PEM, where \n may stand for the end of a line; a private one is refused. */
export function publicKey() {
  const bound = `the PEM of a public key: RSA of at least ${shortestRsaBits} bits, P-256, P-384, P-521 or Ed25519`;
  return z
    .string()
    .transform((text, context): PublicKey => {
      const pem = text.replaceAll("\\n", "\n");
      const algorithms = pem.includes("PRIVATE KEY") ? [] : algorithmsOf(keyIn(pem));
      if (algorithms.length === 0) context.addIssue({ code: "custom", message: bound });
      return { pem, algorithms };
    })
    .describe(bound);
}

function keyIn(pem: string): KeyObject | null {
  try {
    return createPublicKey(pem);
  } catch {
    return null; // Whatever is wrong with it, it is no public key: the bound says what would be.
  }
}

function algorithmsOf(key: KeyObject | null): readonly string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: { modulusLength = 0, namedCurve = "" } = {} } = key ?? {};
  if (type === "rsa") return modulusLength < shortestRsaBits ? [] : ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
  if (type === "ed25519") return ["EdDSA", "Ed25519"];
  const byCurve = curves[namedCurve];
  return type === "ec" && byCurve ? [byCurve] : [];
}
