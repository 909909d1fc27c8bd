/** The credential of questions that the gateway asks with its own; every other is a digest of a caller's token. */
export const own = "own";
