import "reflect-metadata";
import { Command } from "commander";
import { benchCalls } from "./calls.js";
import { benchFuzz } from "./fuzz.js";
import { benchLimit } from "./limit.js";
import { benchLoad } from "./load.js";
import { benchLongRun } from "./longrun.js";
import { benchOperations } from "./operations.js";
import { benchSequences } from "./sequences.js";

const program = new Command("bench").description("What the gateway costs the platform, against the least it could cost.");
program.command("operations").description("calls of each example operation, caches cold").action(benchOperations);
program.command("calls").description("calls of typical workloads against their lower bounds").action(benchCalls);
program.command("limit").description("bursts against a platform with tight limits").action(benchLimit);
program
  .command("load")
  .description("calls per question as the load grows, with a picture")
  .argument("[picture]", "where the picture goes", "docs/images/calls-per-question.svg")
  .action(benchLoad);
program
  .command("longrun")
  .description("an hour of mixed traffic over random faults in a fast clock, every number held against the truth")
  .argument("[minutes]", "simulated minutes", "60")
  .action((minutes: string) => benchLongRun(Number(minutes)));
program
  .command("fuzz")
  .description("generated operations and broken requests: no 5xx, no unmasked error, no growing memory")
  .argument("[inputs]", "how many", "20000")
  .argument("[seed]", "of the first round", "1")
  .action((inputs: string, seed: string) => benchFuzz(Number(inputs), Number(seed)));
program
  .command("sequences")
  .description("questions over time, beside a planner that knows the future: the coalescer as it is, and rules it could follow")
  .argument("[cases]", "how many for each API", "1000")
  .argument("[seed]", "of the sequences", "1")
  .action((cases: string, seed: string) => benchSequences(Number(cases), Number(seed)));
await program.parseAsync();
