import { type DocumentNode, type GraphQLSchema, getOperationAST, getVariableValues } from "graphql";
import { type Question, questionKey } from "../upstream/question.js";
import { accountMeant } from "./contact-centers.js";
import type { Asker } from "./context.js";
import { type EntityType, entityTypes, leadingFields, referenced } from "./questions/entities.js";
import { type AskingField, askingFields } from "./questions/fields.js";
import { one, type Parent } from "./questions/parent.js";
import { unlessRefused } from "./questions/refusal.js";
import { type Reference, referredAccount, referredEntity } from "./references.js";
import { fragmentsOf, type SelectedField, Selection } from "./selection.js";
import { ImaginedEntities, type LaterStage, LaterStages, type StandIn } from "./stand-ins.js";

export interface OutlinedOperation {
  document: DocumentNode;
  operationName: string | null | undefined;
  variables: Readonly<Record<string, unknown>>;
}

/** What an operation will ask of the platform. */
export interface Outline {
  /** Asked before execution, each once. */
  questions: Question[];
  /** What can be asked before execution too, where waiting for the ids saves no call. */
  standIns: StandIn[];
  /** What is asked as soon as an answer has told the ids. */
  later: LaterStage[];
}

/** Where the walk stands: an object of this type, within these entities. */
interface Place {
  type: string;
  owner: EntityType;
  parent: Parent;
}

/**
 * Draws what a valid operation will ask, from its selections and variables alone. A field that will refuse its arguments asks
 * nothing here: its resolver reports it. Never throws for a valid operation.
 */
export function outline(schema: GraphQLSchema, { document, operationName, variables }: OutlinedOperation, asker: Asker): Outline {
  const operation = getOperationAST(document, operationName);
  const root = operation && schema.getRootType(operation.operation);
  const coerced = operation && getVariableValues(schema, operation.variableDefinitions ?? [], variables).coerced;
  const questions = new Map<string, Question>();
  const standIns: StandIn[] = [];
  const later = new LaterStages();
  const imagined = new ImaginedEntities();
  if (!root || !coerced) return { questions: [], standIns: [], later: [] };

  /** False when the field means nothing, so that nothing below it is resolved. */
  const ask = (label: string, { asks, waitsForIds }: AskingField, parent: Parent, field: SelectedField): boolean => {
    const asksOf = (entities: Parent) => asks(entities, field.args as never, field.selection, asker);
    const asked = asksOf(parent);
    if (asked === null) return false;
    const whoeverTheyAre = (parent.ids ? asked : asksOf(imagined.of(parent))) ?? [];
    const certain = new Set(whoeverTheyAre.map(questionKey));
    const isCertain = (question: Question) => certain.has(questionKey(question));
    for (const question of asked.filter(isCertain)) questions.set(questionKey(question), question);
    const everybody = asked.filter((question) => !isCertain(question));
    const stage = { label, atMost: parent.atMost };
    if (everybody.length > 0) standIns.push({ everybody, imagined: whoeverTheyAre, stage });
    if (waitsForIds && !parent.ids && asked.length === 0 && field.selection.wantsData) later.add(stage);
    return true;
  };

  const walk = (place: Place, selection: Selection): void => {
    for (const field of selection.fields) unlessRefused(() => visit(place, field));
  };

  const visit = (place: Place, field: SelectedField): void => {
    const label = `${place.type}.${field.name}`;
    const asking = (askingFields as Readonly<Record<string, AskingField>>)[label];
    if (asking && !ask(label, asking, place.parent, field)) return;
    const type = field.selection.type.name;
    const leading = leadingFields[label];
    if (leading) {
      const parent = leading.leads(place.parent, field.args as never, field.selection, asker);
      walk({ type, owner: leading.to, parent }, field.selection);
    } else if (isEntityType(type)) walk({ type, owner: type, parent: referenced(type, place) }, field.selection);
    else walk({ ...place, type }, field.selection);
  };

  for (const field of new Selection({ schema, fragments: fragmentsOf(document), variables: coerced }, root, [operation.selectionSet])
    .fields) {
    for (const [type, parent] of rootEntities(field, asker)) {
      const object = schema.getType(type);
      if (object) walk({ type, owner: type, parent }, field.selection.on(object));
    }
  }
  return { questions: [...questions.values()], standIns: standIns.flatMap(beside(questions)), later: later.list() };
}

/** What stands in for nothing that is asked in any case. */
const beside =
  (questions: ReadonlyMap<string, Question>) =>
  ({ everybody, ...rest }: StandIn): StandIn[] => {
    const open = everybody.filter((question) => !questions.has(questionKey(question)));
    return open.length === 0 ? [] : [{ everybody: open, ...rest }];
  };

const isEntityType = (type: string): type is EntityType => entityTypes.has(type);

/** The entities at which a root field begins; none that the caller may not read. */
function rootEntities({ name, args }: SelectedField, asker: Asker): [EntityType, Parent][] {
  if (name === "contactCenters") return asker.accounts.map(({ id }) => ["ContactCenter", one(id)]);
  if (name === "contactCenter") {
    const account = unlessRefused(() => accountMeant(asker, args.accountId as string | null | undefined));
    return account === undefined ? [] : [["ContactCenter", one(account)]];
  }
  return name === "_entities" && asker.rights.router ? referredEntities(args.representations as readonly Reference[], asker) : [];
}

/** The entities of a router's references: those of one type and account together. */
function referredEntities(references: readonly Reference[], asker: Asker): [EntityType, Parent][] {
  const ids = new Map<string, { type: EntityType; account: string; ids: Set<string> }>();
  for (const reference of references) {
    const type = String(reference.__typename);
    if (!isEntityType(type)) continue;
    const referred = unlessRefused(() =>
      type === "ContactCenter" ? { account: referredAccount(reference, asker), id: "" } : referredEntity(reference, asker),
    );
    if (!referred) continue;
    const key = JSON.stringify([type, referred.account]);
    const group = ids.get(key) ?? { type, account: referred.account, ids: new Set<string>() };
    ids.set(key, group);
    group.ids.add(type === "ContactCenter" ? referred.account : referred.id);
  }
  return [...ids.values()].map((group) => [group.type, { account: group.account, ids: [...group.ids], atMost: group.ids.size }]);
}
