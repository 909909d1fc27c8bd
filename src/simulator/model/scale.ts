/** How big a contact centre is. */
export interface Scale {
  agents: number;
  skills: number;
  groups: number;
  conversationsPerDay: number;
  historyDays: number;
}

export const scales = {
  small: { agents: 8, skills: 4, groups: 3, conversationsPerDay: 150, historyDays: 2 },
  demo: { agents: 60, skills: 12, groups: 8, conversationsPerDay: 3000, historyDays: 14 },
} as const satisfies Record<string, Scale>;
