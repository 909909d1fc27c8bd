/** The questions in groups: who has a link in common, directly or through others, is in the same. Each has at least one link. */
export function regionsOf<Q>(questions: readonly Q[], linksOf: (question: Q) => readonly [string, ...string[]]): Q[][] {
  const joined = new Map<string, string>();
  const rootOf = (link: string): string => {
    let root = link;
    for (let next = joined.get(root); next !== undefined; next = joined.get(root)) root = next;
    return root;
  };
  for (const question of questions) {
    const [first, ...others] = linksOf(question);
    for (const other of others) if (rootOf(other) !== rootOf(first)) joined.set(rootOf(other), rootOf(first));
  }
  const regions = new Map<string, Q[]>();
  for (const question of questions) {
    const root = rootOf(linksOf(question)[0]);
    const region = regions.get(root);
    if (region) region.push(question);
    else regions.set(root, [question]);
  }
  return [...regions.values()];
}
