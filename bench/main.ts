import "reflect-metadata";
import { Argument, Command } from "commander";
import { benchCalls } from "./calls.js";
import { benchFuzz } from "./fuzz.js";
import { benchGathering } from "./gathering.js";
import { benchJson } from "./json.js";
import { benchLimit } from "./limit.js";
import { benchLive, liveParts } from "./live.js";
import { benchLoad } from "./load.js";
import { benchLongRun } from "./longrun.js";
import { benchOperations } from "./operations.js";
import { benchPath } from "./path.js";
import { benchReplicas } from "./replicas.js";
import { benchSequences } from "./sequences.js";
import { benchSoak } from "./soak.js";
import { benchSpeed, partNames } from "./speed.js";
import { benchTraffic } from "./traffic.js";

const program = new Command("bench").description("What the gateway costs the platform, against the least it could cost.");
program.command("operations").description("calls of each example operation, caches cold").action(benchOperations);
program.command("calls").description("calls of typical workloads against their lower bounds").action(benchCalls);
program
  .command("traffic")
  .description("calls of traffic that arrives spread over time, against the fewest that could serve it")
  .addArgument(
    new Argument("[part]", "workloads, or what gathering saves and costs").choices(["workloads", "gathering"]).default("workloads"),
  )
  .action((part: "workloads" | "gathering") => (part === "gathering" ? benchGathering() : benchTraffic()));
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
  .command("live")
  .description(
    "subscriptions: a thousand viewers against one of each kind, a slow client among a hundred, a restart under five hundred, the wallboard in a browser",
  )
  .addArgument(new Argument("[part]", "one part alone").choices(liveParts))
  .option("--minutes <minutes>", "of a board that moves every ten seconds, in compressed time", "10")
  .action(benchLive);
program
  .command("soak")
  .description("what gateways hold after traffic that fills their caches many times over, and what holds it")
  .argument("[minutes]", "how long", "10")
  .action((minutes: string) => benchSoak(Number(minutes)));
program.command("json").description("parsers that lose no digit of an id, against JSON.parse").action(benchJson);
program
  .command("sequences")
  .description("questions over time, beside a planner that knows the future: the coalescer as it is, and rules it could follow")
  .argument("[cases]", "how many for each API", "1000")
  .argument("[seed]", "of the sequences", "1")
  .action((cases: string, seed: string) => benchSequences(Number(cases), Number(seed)));
program
  .command("replicas")
  .description("three replicas on one Redis beside a gateway alone; needs redis-server")
  .addArgument(
    new Argument("[part]", "one part").choices(["all", "encoding", "calls", "latency", "outage", "killed", "model"]).default("all"),
  )
  .action((part: string) => benchReplicas(part));
program.command("path").description("files of src that one cold question passes, by V8's coverage").action(benchPath);
program
  .command("speed")
  .description("what requests cost the gateway's own process, beside yardsticks in the same run")
  .addArgument(new Argument("[part]", "one part alone").choices(partNames))
  .option("--quick", "fewer and shorter rounds, for while one works on it")
  .action(benchSpeed);
await program.parseAsync();
