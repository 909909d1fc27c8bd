import { registerEnumType } from "type-graphql";
import type { HandleTimeModel as Model } from "../../upstream/question.js";

export const HandleTimeModel: { [K in Model]: K } = { IFT: "IFT", EHT: "EHT" };
export type HandleTimeModel = Model;

registerEnumType(HandleTimeModel, {
  name: "HandleTimeModel",
  description: "How the platform measures the time that agents spend on conversations.",
  valuesConfig: {
    IFT: { description: "In-focus time: the agent has the conversation open and in view." },
    EHT: { description: "Engaged handle time: in focus while a response is due or being sent." },
  },
});
