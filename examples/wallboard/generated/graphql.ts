/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The unit in which a metric leaves the gateway. */
export type MetricUnit =
  /** A whole number of things; a difference of two can be negative. */
  | 'COUNT'
  /** An average number of messages, with a fraction. */
  | 'MESSAGES'
  /** A duration in milliseconds. */
  | 'MILLISECONDS'
  /** A share of a whole: 1 is 100 %, and loads can pass it. */
  | 'RATIO';

/** The four metrics APIs of the platform. */
export type MetricsApi =
  /** Messaging Operations API, msgagentsegments. */
  | 'AGENT_SEGMENTS'
  /** Interval Metrics API. */
  | 'INTERVAL_METRICS'
  /** Key Messaging Metrics API. */
  | 'KEY_METRICS'
  /** Messaging Operations API, msgskillsegments. */
  | 'SKILL_SEGMENTS';

export type AgentsSubscriptionVariables = Exact<{
  accountId?: string | number | null | undefined;
  groups?: Array<string | number> | string | number | null | undefined;
}>;


export type AgentsSubscription = { contactCenter: { skills: { nodes: Array<{ id: string, name: string | null }> } | null, agentGroups: { nodes: Array<{ id: string, name: string | null, current: { asOf: string, stale: boolean, humanAgentLoad: number | null, assignedConversations: number | null, onlineAgents: number | null, awayAgents: number | null, backSoonAgents: number | null } | null }> } | null, agents: { nodes: Array<{ id: string, name: string | null, segments: { asOf: string, stale: boolean, totalAgentConversationSegments: number | null, interactiveAgentSegments: number | null, avgTimeToResponseFromAgentAssignment: number | null, avgAgentSegmentDuration: number | null } | null }> } | null } | null };

export type CatalogQueryVariables = Exact<{ [key: string]: never; }>;


export type CatalogQuery = { metricCatalog: Array<{ field: string, api: MetricsApi, unit: MetricUnit, description: string }> };

export type DaySubscriptionVariables = Exact<{
  accountId?: string | number | null | undefined;
  group?: string | number | null | undefined;
  groups?: Array<string | number> | string | number | null | undefined;
}>;


export type DaySubscription = { contactCenter: { hours: { asOf: string, stale: boolean, pending: Array<{ from: string }>, nodes: Array<{ from: string, arrivals: number | null, handleTimePerHandledConversation: number | null, skill: { id: string, name: string | null } | null }> } | null, halfHours: { asOf: string, stale: boolean, nodes: Array<{ from: string, arrivals: number | null, closedConversations: number | null, handleTime: number | null, skill: { id: string } | null }> } | null, agentSegments: { asOf: string, stale: boolean, intervals: Array<{ from: string, avgTimeToResponseFromAgentAssignment: number | null }> | null } | null } | null };

export type SkillsSubscriptionVariables = Exact<{
  accountId?: string | number | null | undefined;
  groups?: Array<string | number> | string | number | null | undefined;
  skills?: Array<string | number> | string | number | null | undefined;
  ofAllGroups: boolean;
}>;


export type SkillsSubscription = { contactCenter: { current: { asOf: string, stale: boolean, assignedConversations: number | null, unassignedConversations: number | null, activeConversations: number | null, openConversations: number | null, overdueConversationsInQueue: number | null, overdueConversationsAssigned: number | null, overdueConversationsTotal: number | null, queueWaitTime50thPercentile: number | null, queueWaitTime90thPercentile: number | null, agentLoad: number | null, humanAgentLoad: number | null, humanOnlineLoad: number | null, humanAwayLoad: number | null, availableSlots: number | null, onlineAgents: number | null, awayAgents: number | null, backSoonAgents: number | null, overdueAssignedShare: number | null } | null, keyMetrics: { asOf: string, stale: boolean, avgWaitTime: number | null, avgWaitTimeFirstResponse: number | null, avgTimeToResponse: number | null, avgTimeToFirstResponseFirstAssignment: number | null, closedConversations: number | null, closedByAgent: number | null, closedByConsumer: number | null, autoClosed: number | null, concludedConversations: number | null, csat: number | null, closedByAgentShare: number | null, closedByConsumerShare: number | null, autoClosedShare: number | null } | null, skills: { nodes: Array<{ id: string, name: string | null, current: { asOf: string, stale: boolean, assignedConversations: number | null, unassignedConversations: number | null, activeConversations: number | null, openConversations: number | null, overdueConversationsInQueue: number | null, overdueConversationsAssigned: number | null, overdueConversationsTotal: number | null, queueWaitTime50thPercentile: number | null, queueWaitTime90thPercentile: number | null, agentLoad: number | null, humanAgentLoad: number | null, humanOnlineLoad: number | null, humanAwayLoad: number | null, availableSlots: number | null, onlineAgents: number | null, awayAgents: number | null, backSoonAgents: number | null, overdueAssignedShare: number | null } | null, keyMetrics: { asOf: string, stale: boolean, avgWaitTime: number | null, avgWaitTimeFirstResponse: number | null, avgTimeToResponse: number | null, avgTimeToFirstResponseFirstAssignment: number | null, closedConversations: number | null, closedByAgent: number | null, closedByConsumer: number | null, autoClosed: number | null, concludedConversations: number | null, csat: number | null, closedByAgentShare: number | null, closedByConsumerShare: number | null, autoClosedShare: number | null } | null, segments?: { asOf: string, stale: boolean, totalSkillConversationSegments: number | null, skillSegmentsAbandonedByConsumers: number | null, skillSegmentsAbandonedByConsumersInQueue: number | null, skillSegmentsWithNonResponsiveConsumers: number | null, skillSegmentsWithNonResponsiveAgents: number | null, interactiveSkillSegments: number | null, avgTimeToFirstAgentMessageFromAgentAssignment: number | null, interactiveRate: number | null, abandonmentRate: number | null, nonResponsiveConsumersRate: number | null, nonResponsiveAgentsRate: number | null } | null }> } | null } | null };

export type CurrentFragment = { asOf: string, stale: boolean, assignedConversations: number | null, unassignedConversations: number | null, activeConversations: number | null, openConversations: number | null, overdueConversationsInQueue: number | null, overdueConversationsAssigned: number | null, overdueConversationsTotal: number | null, queueWaitTime50thPercentile: number | null, queueWaitTime90thPercentile: number | null, agentLoad: number | null, humanAgentLoad: number | null, humanOnlineLoad: number | null, humanAwayLoad: number | null, availableSlots: number | null, onlineAgents: number | null, awayAgents: number | null, backSoonAgents: number | null, overdueAssignedShare: number | null };

export type HourFragment = { asOf: string, stale: boolean, avgWaitTime: number | null, avgWaitTimeFirstResponse: number | null, avgTimeToResponse: number | null, avgTimeToFirstResponseFirstAssignment: number | null, closedConversations: number | null, closedByAgent: number | null, closedByConsumer: number | null, autoClosed: number | null, concludedConversations: number | null, csat: number | null, closedByAgentShare: number | null, closedByConsumerShare: number | null, autoClosedShare: number | null };

export type SegmentsFragment = { asOf: string, stale: boolean, totalSkillConversationSegments: number | null, skillSegmentsAbandonedByConsumers: number | null, skillSegmentsAbandonedByConsumersInQueue: number | null, skillSegmentsWithNonResponsiveConsumers: number | null, skillSegmentsWithNonResponsiveAgents: number | null, interactiveSkillSegments: number | null, avgTimeToFirstAgentMessageFromAgentAssignment: number | null, interactiveRate: number | null, abandonmentRate: number | null, nonResponsiveConsumersRate: number | null, nonResponsiveAgentsRate: number | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const CurrentFragmentDoc = new TypedDocumentString(`
    fragment Current on CurrentMetrics {
  asOf
  stale
  assignedConversations
  unassignedConversations
  activeConversations
  openConversations
  overdueConversationsInQueue
  overdueConversationsAssigned
  overdueConversationsTotal
  queueWaitTime50thPercentile
  queueWaitTime90thPercentile
  agentLoad
  humanAgentLoad
  humanOnlineLoad
  humanAwayLoad
  availableSlots
  onlineAgents
  awayAgents
  backSoonAgents
  overdueAssignedShare
}
    `, {"fragmentName":"Current"}) as unknown as TypedDocumentString<CurrentFragment, unknown>;
export const HourFragmentDoc = new TypedDocumentString(`
    fragment Hour on KeyMetrics {
  asOf
  stale
  avgWaitTime
  avgWaitTimeFirstResponse
  avgTimeToResponse
  avgTimeToFirstResponseFirstAssignment
  closedConversations
  closedByAgent
  closedByConsumer
  autoClosed
  concludedConversations
  csat
  closedByAgentShare
  closedByConsumerShare
  autoClosedShare
}
    `, {"fragmentName":"Hour"}) as unknown as TypedDocumentString<HourFragment, unknown>;
export const SegmentsFragmentDoc = new TypedDocumentString(`
    fragment Segments on SkillSegments {
  asOf
  stale
  totalSkillConversationSegments
  skillSegmentsAbandonedByConsumers
  skillSegmentsAbandonedByConsumersInQueue
  skillSegmentsWithNonResponsiveConsumers
  skillSegmentsWithNonResponsiveAgents
  interactiveSkillSegments
  avgTimeToFirstAgentMessageFromAgentAssignment
  interactiveRate
  abandonmentRate
  nonResponsiveConsumersRate
  nonResponsiveAgentsRate
}
    `, {"fragmentName":"Segments"}) as unknown as TypedDocumentString<SegmentsFragment, unknown>;
export const AgentsDocument = new TypedDocumentString(`
    subscription Agents($accountId: ID, $groups: [ID!]) {
  contactCenter(accountId: $accountId, everySeconds: 15) {
    skills(first: 500) {
      nodes {
        id
        name
      }
    }
    agentGroups(first: 500) {
      nodes {
        id
        name
        current {
          asOf
          stale
          humanAgentLoad
          assignedConversations
          onlineAgents
          awayAgents
          backSoonAgents
        }
      }
    }
    agents(
      orderBy: {metric: TOTAL_AGENT_CONVERSATION_SEGMENTS, lastMinutes: 60, userType: HUMAN}
      first: 200
    ) {
      nodes {
        id
        name
        segments(lastMinutes: 60, agentGroupIds: $groups, userType: HUMAN) {
          asOf
          stale
          totalAgentConversationSegments
          interactiveAgentSegments
          avgTimeToResponseFromAgentAssignment
          avgAgentSegmentDuration
        }
      }
    }
  }
}
    `, {"hash":"sha256:0cacf7c95c56afe07e16b8afd720ca4d5e2fb507ebcc40ed914ee0de1a798d08"}) as unknown as TypedDocumentString<AgentsSubscription, AgentsSubscriptionVariables>;
export const CatalogDocument = new TypedDocumentString(`
    query Catalog {
  metricCatalog {
    field
    api
    unit
    description
  }
}
    `, {"hash":"sha256:d50c361b21031750628e71b966621fea4b71d19b1f153d0036613a529fe26332"}) as unknown as TypedDocumentString<CatalogQuery, CatalogQueryVariables>;
export const DayDocument = new TypedDocumentString(`
    subscription Day($accountId: ID, $group: ID, $groups: [ID!]) {
  contactCenter(accountId: $accountId, everySeconds: 60) {
    hours: intervals(
      lastMinutes: 1440
      everyMinutes: 60
      groupBy: [SKILL]
      agentGroupId: $group
      includeBotSkills: true
      first: 5000
    ) {
      asOf
      stale
      pending {
        from
      }
      nodes {
        from
        skill {
          id
          name
        }
        arrivals
        handleTimePerHandledConversation
      }
    }
    halfHours: intervals(
      lastMinutes: 1440
      everyMinutes: 30
      groupBy: [SKILL]
      agentGroupId: $group
      includeBotSkills: true
      first: 5000
    ) {
      asOf
      stale
      nodes {
        from
        skill {
          id
        }
        arrivals
        closedConversations
        handleTime
      }
    }
    agentSegments(lastMinutes: 1440, agentGroupIds: $groups, userType: HUMAN) {
      asOf
      stale
      intervals(everyMinutes: 30) {
        from
        avgTimeToResponseFromAgentAssignment
      }
    }
  }
}
    `, {"hash":"sha256:ab6f8f88ba681f59c01daeaeb92c17931ece9e13c1a5fec44bc1c2d3272beb00"}) as unknown as TypedDocumentString<DaySubscription, DaySubscriptionVariables>;
export const SkillsDocument = new TypedDocumentString(`
    subscription Skills($accountId: ID, $groups: [ID!], $skills: [ID!], $ofAllGroups: Boolean!) {
  contactCenter(accountId: $accountId, everySeconds: 10) {
    current(agentGroupIds: $groups, skillIds: $skills) {
      ...Current
    }
    keyMetrics(lastMinutes: 60, agentGroupIds: $groups, skillIds: $skills) {
      ...Hour
    }
    skills(ids: $skills, first: 500) {
      nodes {
        id
        name
        current(agentGroupIds: $groups) {
          ...Current
        }
        keyMetrics(lastMinutes: 60, agentGroupIds: $groups) {
          ...Hour
        }
        segments(lastMinutes: 60) @include(if: $ofAllGroups) {
          ...Segments
        }
      }
    }
  }
}
    fragment Current on CurrentMetrics {
  asOf
  stale
  assignedConversations
  unassignedConversations
  activeConversations
  openConversations
  overdueConversationsInQueue
  overdueConversationsAssigned
  overdueConversationsTotal
  queueWaitTime50thPercentile
  queueWaitTime90thPercentile
  agentLoad
  humanAgentLoad
  humanOnlineLoad
  humanAwayLoad
  availableSlots
  onlineAgents
  awayAgents
  backSoonAgents
  overdueAssignedShare
}
fragment Hour on KeyMetrics {
  asOf
  stale
  avgWaitTime
  avgWaitTimeFirstResponse
  avgTimeToResponse
  avgTimeToFirstResponseFirstAssignment
  closedConversations
  closedByAgent
  closedByConsumer
  autoClosed
  concludedConversations
  csat
  closedByAgentShare
  closedByConsumerShare
  autoClosedShare
}
fragment Segments on SkillSegments {
  asOf
  stale
  totalSkillConversationSegments
  skillSegmentsAbandonedByConsumers
  skillSegmentsAbandonedByConsumersInQueue
  skillSegmentsWithNonResponsiveConsumers
  skillSegmentsWithNonResponsiveAgents
  interactiveSkillSegments
  avgTimeToFirstAgentMessageFromAgentAssignment
  interactiveRate
  abandonmentRate
  nonResponsiveConsumersRate
  nonResponsiveAgentsRate
}`, {"hash":"sha256:b1319d743dc0bea8a01095ab932cc74240917a012fc471a95189d3d363bec368"}) as unknown as TypedDocumentString<SkillsSubscription, SkillsSubscriptionVariables>;