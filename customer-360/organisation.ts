/** A customer in the tree of an organisation. */
export interface Member {
  customerId: string;
  /** Levels below the top, which is level 0. */
  level: number;
  parentId: string | null;
}

export interface OrganisationTree {
  members: Member[];
  /** There are others below that the bounds left out. */
  more: boolean;
}

export interface TreeBounds {
  depth: number;
  most: number;
}

/**
 * A customer and all below it, level by level, each once: whoever is reached again (a holding that owns a part of its
 * own mother) keeps its first place. `childrenOf` is asked once a customer, all of a level at the same time.
 */
export async function organisationTree(
  top: string,
  childrenOf: (customerId: string) => Promise<readonly string[]>,
  { depth, most }: TreeBounds,
): Promise<OrganisationTree> {
  const members: Member[] = [{ customerId: top, level: 0, parentId: null }];
  const seen = new Set([top]);
  let level = members;
  while (level.length > 0) {
    const below = await Promise.all(level.map(async ({ customerId }) => await childrenOf(customerId)));
    const next: Member[] = [];
    for (const [index, children] of below.entries()) {
      const parent = level[index];
      for (const customerId of children) {
        if (!parent || seen.has(customerId)) continue;
        if (parent.level >= depth || members.length + next.length >= most)
          return { members: [...members, ...next], more: true };
        seen.add(customerId);
        next.push({ customerId, level: parent.level + 1, parentId: parent.customerId });
      }
    }
    members.push(...next);
    level = next;
  }
  return { members, more: false };
}
