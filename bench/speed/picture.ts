import type { Chart } from "./part.js";
import { digits } from "./table.js";

const width = 900;
const labels = 410;
const values = 70;
const row = 19;
const head = 44;
const colours = { gateway: "#b5520b", yardstick: "#9fb0bd" };

/** Charts one below another: a bar for each server and way of asking, the gateway's in a colour of its own. */
export function picture(charts: readonly Chart[]): string {
  let top = 0;
  const drawn = charts.map((chart) => {
    const svg = bars(chart, top);
    top += head + chart.bars.length * row + 14;
    return svg;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top + 6}" viewBox="0 0 ${width} ${top + 6}" font-family="sans-serif" font-size="12" fill="#333">
<rect width="100%" height="100%" fill="#fff"/>
${drawn.join("\n")}
</svg>
`;
}

function bars({ title, note, bars }: Chart, top: number): string {
  const longest = Math.max(...bars.map(({ value }) => value));
  const room = width - labels - values;
  const lines = bars.map(({ label, value, of }, at) => {
    const y = top + head + at * row;
    const length = Math.max(1, (value / longest) * room);
    return [
      `<text x="${labels - 8}" y="${y + 13}" text-anchor="end"${of === "gateway" ? ' font-weight="bold"' : ""}>${escaped(label)}</text>`,
      `<rect x="${labels}" y="${y + 3}" width="${length.toFixed(1)}" height="${row - 6}" fill="${colours[of]}"/>`,
      `<text x="${(labels + length + 6).toFixed(1)}" y="${y + 13}">${digits(value)}</text>`,
    ].join("");
  });
  return [
    `<text x="12" y="${top + 22}" font-size="14" font-weight="bold">${escaped(title)}</text>`,
    `<text x="12" y="${top + 37}" fill="#666">${escaped(note)}</text>`,
    ...lines,
  ].join("\n");
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
