import { type GraphQLNamedType, type GraphQLSchema, getNamedType, isObjectType } from "graphql";
import { type Question, questionKey } from "../upstream/question.js";
import { unlessRefused } from "./bounds.js";
import { type Asker, accountMeant } from "./context.js";
import { type Asking, type DeclaredField, pageAsked } from "./field.js";
import { fields } from "./fields.js";
import { type Reference, referredEntities } from "./references.js";
import { type AskedOperation, type SelectedField, type Selection, selectedOperation } from "./selection.js";
import { type EntityType, isEntityType, one, type Parent } from "./types/entities.js";

/** What an operation will ask of the platform. */
export interface Outline {
  /** Asked before execution, each once. */
  questions: Question[];
  /** What can be asked before execution too, where waiting for the ids saves no call. */
  speculative: Speculation[];
  /** What is asked as soon as an answer names the ids. */
  later: LaterStage[];
}

/**
 * A field's questions about ids that no answer has named yet. They can be asked at once for everybody, or later for those ids
 * alone: only the plan can say which needs fewer calls.
 */
export interface Speculation {
  everybody: readonly Question[];
  /** What would be asked later, for as many ids as there can be. */
  imagined: readonly Question[];
  /** What waits for the ids where everybody is not asked. */
  stage: LaterStage;
}

/** What is asked as soon as an answer names the ids. */
export interface LaterStage {
  /** The field that asks, for example Agent.keyMetrics. */
  label: string;
  /** How many questions it can become; null when nothing limits them. */
  atMost: number | null;
}

/** Stages by the field that asks, with the sum of what they can become. */
export class LaterStages {
  readonly #stages = new Map<string, LaterStage>();

  add({ label, atMost }: LaterStage): void {
    const known = this.#stages.get(label)?.atMost;
    this.#stages.set(label, { label, atMost: known === null || atMost === null ? null : (known ?? 0) + atMost });
  }

  list(): LaterStage[] {
    return [...this.#stages.values()];
  }
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
export function outline(schema: GraphQLSchema, asked: AskedOperation, asker: Asker): Outline {
  const operation = selectedOperation(schema, asked);
  if (!operation) return { questions: [], speculative: [], later: [] };
  asker.planned.operation = operation;
  const questions = new Map<string, Question>();
  const speculative: Speculation[] = [];
  const later = new LaterStages();
  const imagined = new ImaginedEntities();

  /** The field's questions, certain where they are the same whatever the ids; null when the field means nothing. */
  const ask = (label: string, { asks, waitsForIds }: OutlinedField, asking: Asking<never, never>): readonly Question[] | null => {
    if (!asks) return [];
    const asked = asks(asking);
    if (asked === null) return null;
    const { parent, selection } = asking;
    if (parent.ids) {
      for (const question of asked) questions.set(questionKey(question), question);
      return asked;
    }
    const ofImagined = asks({ ...asking, parent: imagined.of(parent) }) ?? [];
    const certain = new Set(ofImagined.map(questionKey));
    const isCertain = (question: Question) => certain.has(questionKey(question));
    for (const question of asked.filter(isCertain)) questions.set(questionKey(question), question);
    const everybody = asked.filter((question) => !isCertain(question));
    const stage = { label, atMost: parent.atMost };
    if (everybody.length > 0) speculative.push({ everybody, imagined: ofImagined, stage });
    if (waitsForIds && asked.length === 0 && selection.wantsData) later.add(stage);
    return asked;
  };

  const walk = (place: Place, selection: Selection): void => {
    for (const field of selection.fields) {
      const declared = declaredFields[field.label] ?? plain;
      if (declared !== plain || !field.value.isLeaf) unlessRefused(() => visit(place, field, declared));
    }
  };

  const visit = (place: Place, { nodes, label, args, selection }: SelectedField, declared: OutlinedField): void => {
    const page = pageAsked(label, declared, place.parent, args);
    const asking = { parent: place.parent, args: args as never, page: page as never, selection, asker };
    const asked = ask(label, declared, asking);
    if (place.parent.ids && declared.asks) asker.planned.note(label, { nodes, entities: place.parent, questions: asked });
    if (!asked) return;
    const { type } = selection;
    const owner = entityIn(type);
    const parent = declared.leads?.({ ...asking, questions: asked as never });
    if (owner && parent) walk({ type: type.name, owner, parent }, selection);
    else if (owner && page) walk({ type: type.name, owner, parent: pageOfEach(place.parent, page.first) }, selection);
    else if (owner === type.name) walk({ type: type.name, owner, parent: referenced(owner, place) }, selection);
    else walk({ ...place, type: type.name }, selection);
  };

  for (const field of operation.root.fields) {
    for (const [type, parent] of rootEntities(field, asker)) {
      const object = schema.getType(type);
      if (object) walk({ type, owner: type, parent }, field.selection.on(object));
    }
  }
  const isOpen = (question: Question) => !questions.has(questionKey(question));
  const open = speculative.map(({ everybody, ...rest }) => ({ everybody: everybody.filter(isOpen), ...rest }));
  return {
    questions: [...questions.values()],
    speculative: open.filter(({ everybody }) => everybody.length > 0),
    later: later.list(),
  };
}

type OutlinedField = Pick<DeclaredField, "page" | "asks" | "waitsForIds" | "leads">;

const declaredFields: Readonly<Record<string, OutlinedField>> = fields;
/** A field that holds a value and asks nothing. */
const plain: OutlinedField = {};

/** The entity that a type is, or lists; undefined when it does neither. */
function entityIn(type: GraphQLNamedType): EntityType | undefined {
  const nodes = isObjectType(type) ? type.getFields().nodes : undefined;
  const { name } = nodes ? getNamedType(nodes.type) : type;
  return isEntityType(name) ? name : undefined;
}

const pageOfEach = ({ account, atMost }: Parent, first: number): Parent => ({
  account,
  ids: null,
  atMost: atMost === null ? null : atMost * first,
});

/**
 * The entities behind a field without arguments. Inside the figures of an entity its own type is itself; every other is named
 * by an answer.
 */
function referenced(type: EntityType, { type: inside, owner, parent }: Place): Parent {
  const { account, atMost } = parent;
  if (type === "ContactCenter") return one(account);
  const isLastGroup = inside === "Agent" && type === "AgentGroup";
  const named = rowsWithNames.has(inside) || isLastGroup ? ({ named: true } as const) : {};
  if (type === owner && !isEntityType(inside)) return named.named ? { ...unlisted(parent), ...named } : parent;
  return { account, ids: null, atMost: isLastGroup ? atMost : null, ...named };
}

/** Objects made of interval rows, which carry the names of what they are grouped by, as the rows of an agent's last group do. */
const rowsWithNames: ReadonlySet<string> = new Set(["Interval", "ConversationHandling"]);

/** Rows name their conversation, but it did not come in a list. */
function unlisted({ listed, ...parent }: Parent): Parent {
  return listed?.api === "key-metrics" ? { ...parent, listed } : parent;
}

/** The entities at which a root field begins; none that the caller may not read. */
function rootEntities({ name, args }: SelectedField, asker: Asker): [EntityType, Parent][] {
  if (name === "contactCenters") return asker.accounts.map(({ id }) => ["ContactCenter", one(id)]);
  if (name === "contactCenter") {
    const account = unlessRefused(() => accountMeant(asker, args.accountId as string | null | undefined));
    return account === undefined ? [] : [["ContactCenter", one(account)]];
  }
  return name === "_entities" && asker.rights.router ? referredEntities(args.representations as readonly Reference[], asker) : [];
}

/** More ids than this do not change which is cheaper. */
const mostImagined = 100;

/** Entities whose ids are not known, with ids that nobody has. */
class ImaginedEntities {
  readonly #imagined = new Map<Parent, Parent>();

  /** As many ids as there can be, one where nothing is known of their number; the same for the same entities. */
  of(parent: Parent): Parent {
    const known = this.#imagined.get(parent);
    if (known) return known;
    const list = this.#imagined.size;
    const ids = Array.from({ length: Math.min(parent.atMost ?? 1, mostImagined) }, (_, index) => `imagined ${list}.${index}`);
    const imagined = { ...parent, ids };
    this.#imagined.set(parent, imagined);
    return imagined;
  }
}
