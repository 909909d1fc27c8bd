/** How thorough a run is. */
export interface Effort {
  /** How often each thing is measured; the median counts. */
  rounds: number;
  /** How long a load lasts. */
  forMs: number;
  /** Divides the number of requests where that is fixed. */
  quick: boolean;
}

export const thorough: Effort = { rounds: 5, forMs: 2_000, quick: false };
export const quick: Effort = { rounds: 3, forMs: 600, quick: true };

/** What one part found, and a chart of it for the picture. */
export interface Findings {
  markdown: string;
  chart?: Chart;
}

export interface Chart {
  title: string;
  note: string;
  bars: readonly Bar[];
}

export interface Bar {
  label: string;
  value: number;
  /** Whose it is. */
  of: "gateway" | "yardstick";
}

export interface Part {
  name: string;
  title: string;
  run(effort: Effort): Promise<Findings>;
}

export const say = (line: string): void => void process.stderr.write(`${line}\n`);
