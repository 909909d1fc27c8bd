import { GraphQLError, Lexer, type Source, TokenKind } from "graphql";

/** How many tokens a text has, as graphql's maxTokens counts them; the count ends where the text stops being GraphQL. */
export function tokensOf(source: Source): number {
  const lexer = new Lexer(source);
  let count = 0;
  try {
    while (lexer.advance().kind !== TokenKind.EOF) count += 1;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
  }
  return count;
}
