import type { SimulatorOptions } from "../../src/simulator/controls.js";
import { startSimulator } from "../../src/simulator/simulator.js";

/** The simulator in a process of its own, until the process that started it ends. */
const { url, controlUrl, accounts } = await startSimulator(JSON.parse(process.env.SIMULATOR!) as SimulatorOptions);
process.send!({ url, controlUrl, accounts });
process.once("disconnect", () => process.exit());
