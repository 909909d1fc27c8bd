/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** How the platform measures the time that agents spend on conversations. */
export type HandleTimeModel =
  /** Engaged handle time: in focus while a response is due or being sent. */
  | 'EHT'
  /** In-focus time: the agent has the conversation open and in view. */
  | 'IFT';

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

export type AgentPageQueryVariables = Exact<{ [key: string]: never; }>;


export type AgentPageQuery = { contactCenter: { agents: { nodes: Array<{ id: string, name: string | null, login: string | null, group: { id: string, name: string | null } | null, skills: Array<{ id: string, name: string | null }> | null, segments: { asOf: string, totalAgentConversationSegments: number | null, interactiveAgentSegments: number | null, avgAgentSegmentDuration: number | null, intervals: Array<{ from: string, to: string, totalAgentConversationSegments: number | null }> | null } | null, keyMetrics: { asOf: string, avgTimeToResponse: number | null, closedConversations: number | null, csat: number | null } | null, current: { asOf: string, assignedConversations: number | null, activeConversations: number | null, humanAgentLoad: number | null } | null, intervals: { nodes: Array<{ from: string, to: string, handleTime: number | null, workTime: number | null }> } | null }> } | null } | null };

export type ContactCenterTotalsQueryVariables = Exact<{ [key: string]: never; }>;


export type ContactCenterTotalsQuery = { contactCenter: { accountId: string, agentSegments: { asOf: string, stale: boolean, totalAgentConversationSegments: number | null, interactiveAgentSegments: number | null, avgAgentSegmentDuration: number | null, avgTimeToResponseFromAgentAssignment: number | null } | null, skillSegments: { totalSkillConversationSegments: number | null, skillSegmentsAbandonedByConsumers: number | null, skillSegmentsAbandonedByConsumersInQueue: number | null } | null, keyMetrics: { avgWaitTime: number | null, avgWaitTimeFirstResponse: number | null, closedConversations: number | null, csat: number | null } | null, current: { openConversations: number | null, unassignedConversations: number | null, agentLoad: number | null, onlineAgents: number | null, awayAgents: number | null } | null, intervals: { nodes: Array<{ from: string, to: string, handleTime: number | null, handledConversations: number | null, agentGroup: { id: string, name: string | null } | null }>, pending: Array<{ from: string, to: string }> } | null } | null };

export type ConversationsQueryVariables = Exact<{ [key: string]: never; }>;


export type ConversationsQuery = { contactCenter: { conversations: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, nodes: Array<{ id: string, handling: { handleTime: number | null, workTime: number | null, agents: Array<{ id: string, name: string | null }> | null, skills: Array<{ id: string, name: string | null }> | null } | null, intervals: { nodes: Array<{ from: string, to: string, handleTime: number | null, agent: { id: string } | null, skill: { id: string } | null }> } | null }> } | null } | null };

export type HandleTimeQueryVariables = Exact<{
  handleTimeModel?: HandleTimeModel;
}>;


export type HandleTimeQuery = { contactCenter: { intervals: { totalCount: number | null, window: { from: string, to: string }, nodes: Array<{ from: string, to: string, handleTime: number | null, workTime: number | null, handledConversations: number | null, repliedConversations: number | null, agentGroup: { id: string, name: string | null } | null }>, pending: Array<{ from: string, to: string }> } | null } | null };

export type SegmentsFragment = { totalAgentConversationSegments: number | null, interactiveAgentSegments: number | null, avgAgentMessagesInAgentSegment: number | null, avgAgentSegmentDuration: number | null };

export type HumansAndBotsQueryVariables = Exact<{ [key: string]: never; }>;


export type HumansAndBotsQuery = { contactCenter: { humans: { totalAgentConversationSegments: number | null, interactiveAgentSegments: number | null, avgAgentMessagesInAgentSegment: number | null, avgAgentSegmentDuration: number | null } | null, bots: { totalAgentConversationSegments: number | null, interactiveAgentSegments: number | null, avgAgentMessagesInAgentSegment: number | null, avgAgentSegmentDuration: number | null } | null } | null };

export type LongestWaitsQueryVariables = Exact<{
  lastMinutes?: number;
}>;


export type LongestWaitsQuery = { contactCenter: { skills: { nodes: Array<{ id: string, name: string | null, keyMetrics: { avgWaitTime: number | null, avgWaitTimeFirstResponse: number | null, closedConversations: number | null } | null, current: { unassignedConversations: number | null, queueWaitTime90thPercentile: number | null, availableSlots: number | null } | null }> } | null } | null };

export type MetricCatalogQueryVariables = Exact<{
  api?: MetricsApi | null | undefined;
}>;


export type MetricCatalogQuery = { metricCatalog: Array<{ field: string, api: MetricsApi, upstreamName: string | null, formula: string | null, unit: MetricUnit, description: string }> };

export type SkillTrendQueryVariables = Exact<{ [key: string]: never; }>;


export type SkillTrendQuery = { contactCenter: { skills: { nodes: Array<{ id: string, name: string | null, segments: { totalSkillConversationSegments: number | null, window: { from: string, to: string }, intervals: Array<{ from: string, to: string, totalSkillConversationSegments: number | null, skillSegmentsAbandonedByConsumersInQueue: number | null, avgTimeToFirstAgentMessageFromAgentAssignment: number | null }> | null } | null }> } | null } | null };

export type TeamQueryVariables = Exact<{ [key: string]: never; }>;


export type TeamQuery = { contactCenter: { agentGroups: { nodes: Array<{ id: string, name: string | null, agents: { nodes: Array<{ id: string, name: string | null, segments: { totalAgentConversationSegments: number | null, avgAgentSegmentDuration: number | null, avgTimeToResponseFromAgentAssignment: number | null, bySkill: Array<{ totalAgentConversationSegments: number | null, avgAgentSegmentDuration: number | null, skill: { id: string, name: string | null } | null }> | null } | null }> } | null }> } | null } | null };

export type WallboardQueryVariables = Exact<{ [key: string]: never; }>;


export type WallboardQuery = { contactCenter: { skills: { nodes: Array<{ id: string, name: string | null, current: { asOf: string, stale: boolean, unassignedConversations: number | null, assignedConversations: number | null, overdueConversationsTotal: number | null, queueWaitTime90thPercentile: number | null, humanAgentLoad: number | null, onlineAgents: number | null, availableSlots: number | null } | null, keyMetrics: { avgWaitTime: number | null, avgTimeToResponse: number | null, closedConversations: number | null, csat: number | null } | null, segments: { totalSkillConversationSegments: number | null, interactiveSkillSegments: number | null, skillSegmentsAbandonedByConsumersInQueue: number | null } | null }> } | null } | null };

export type LiveSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type LiveSubscription = { contactCenter: { current: { asOf: string, stale: boolean, unassignedConversations: number | null, assignedConversations: number | null, overdueConversationsTotal: number | null, humanAgentLoad: number | null, onlineAgents: number | null, availableSlots: number | null } | null, skills: { nodes: Array<{ id: string, name: string | null, current: { unassignedConversations: number | null, queueWaitTime90thPercentile: number | null, onlineAgents: number | null } | null }> } | null } | null };

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
export const SegmentsFragmentDoc = new TypedDocumentString(`
    fragment Segments on AgentSegments {
  totalAgentConversationSegments
  interactiveAgentSegments
  avgAgentMessagesInAgentSegment
  avgAgentSegmentDuration
}
    `, {"fragmentName":"Segments"}) as unknown as TypedDocumentString<SegmentsFragment, unknown>;
export const AgentPageDocument = new TypedDocumentString(`
    query AgentPage {
  contactCenter {
    agents(orderBy: {metric: INTERACTIVE_AGENT_SEGMENTS, userType: HUMAN}, first: 1) {
      nodes {
        id
        name
        login
        group {
          id
          name
        }
        skills {
          id
          name
        }
        segments(lastMinutes: 120, userType: HUMAN) {
          asOf
          totalAgentConversationSegments
          interactiveAgentSegments
          avgAgentSegmentDuration
          intervals(everyMinutes: 30) {
            from
            to
            totalAgentConversationSegments
          }
        }
        keyMetrics(lastMinutes: 120) {
          asOf
          avgTimeToResponse
          closedConversations
          csat
        }
        current {
          asOf
          assignedConversations
          activeConversations
          humanAgentLoad
        }
        intervals(lastMinutes: 480, everyMinutes: 60) {
          nodes {
            from
            to
            handleTime
            workTime
          }
        }
      }
    }
  }
}
    `, {"hash":"sha256:226b3f05818e5851bc134a54674c81bf057a2160bc2c0b19a5cc9d6a64d48f27"}) as unknown as TypedDocumentString<AgentPageQuery, AgentPageQueryVariables>;
export const ContactCenterTotalsDocument = new TypedDocumentString(`
    query ContactCenterTotals {
  contactCenter {
    accountId
    agentSegments(lastMinutes: 60) {
      asOf
      stale
      totalAgentConversationSegments
      interactiveAgentSegments
      avgAgentSegmentDuration
      avgTimeToResponseFromAgentAssignment
    }
    skillSegments(lastMinutes: 60) {
      totalSkillConversationSegments
      skillSegmentsAbandonedByConsumers
      skillSegmentsAbandonedByConsumersInQueue
    }
    keyMetrics(lastMinutes: 60) {
      avgWaitTime
      avgWaitTimeFirstResponse
      closedConversations
      csat
    }
    current {
      openConversations
      unassignedConversations
      agentLoad
      onlineAgents
      awayAgents
    }
    intervals(lastMinutes: 60, everyMinutes: 60, groupBy: [AGENT_GROUP]) {
      nodes {
        from
        to
        agentGroup {
          id
          name
        }
        handleTime
        handledConversations
      }
      pending {
        from
        to
      }
    }
  }
}
    `, {"hash":"sha256:f32bba3342250aac28c238cabcdd696a18f2bf0654a4a2fcdd87340f047f317b"}) as unknown as TypedDocumentString<ContactCenterTotalsQuery, ContactCenterTotalsQueryVariables>;
export const ConversationsDocument = new TypedDocumentString(`
    query Conversations {
  contactCenter {
    conversations(lastMinutes: 120, first: 5) {
      pageInfo {
        hasNextPage
        endCursor
      }
      nodes {
        id
        handling {
          handleTime
          workTime
          agents {
            id
            name
          }
          skills {
            id
            name
          }
        }
        intervals(lastMinutes: 120, everyMinutes: 15, splitBy: [AGENT, SKILL]) {
          nodes {
            from
            to
            agent {
              id
            }
            skill {
              id
            }
            handleTime
          }
        }
      }
    }
  }
}
    `, {"hash":"sha256:6b563432d60a5fc74c815d861d03b3b0f3680184482cceef2e734ccda6fd6783"}) as unknown as TypedDocumentString<ConversationsQuery, ConversationsQueryVariables>;
export const HandleTimeDocument = new TypedDocumentString(`
    query HandleTime($handleTimeModel: HandleTimeModel! = IFT) {
  contactCenter {
    intervals(
      lastMinutes: 240
      everyMinutes: 60
      groupBy: [AGENT_GROUP]
      handleTimeModel: $handleTimeModel
    ) {
      window {
        from
        to
      }
      totalCount
      nodes {
        from
        to
        agentGroup {
          id
          name
        }
        handleTime
        workTime
        handledConversations
        repliedConversations
      }
      pending {
        from
        to
      }
    }
  }
}
    `, {"hash":"sha256:31b71725dee8680309f979d036f2af8d49e77cc3f193737820b1c925d7dd6df2"}) as unknown as TypedDocumentString<HandleTimeQuery, HandleTimeQueryVariables>;
export const HumansAndBotsDocument = new TypedDocumentString(`
    query HumansAndBots {
  contactCenter {
    humans: agentSegments(lastMinutes: 60, userType: HUMAN) {
      ...Segments
    }
    bots: agentSegments(lastMinutes: 60, userType: BOT) {
      ...Segments
    }
  }
}
    fragment Segments on AgentSegments {
  totalAgentConversationSegments
  interactiveAgentSegments
  avgAgentMessagesInAgentSegment
  avgAgentSegmentDuration
}`, {"hash":"sha256:692adf6ee06d459e0aa26cae63d0805198cf6a116ea591d9298bfc1ef3263fcd"}) as unknown as TypedDocumentString<HumansAndBotsQuery, HumansAndBotsQueryVariables>;
export const LongestWaitsDocument = new TypedDocumentString(`
    query LongestWaits($lastMinutes: Int! = 60) {
  contactCenter {
    skills(orderBy: {metric: AVG_WAIT_TIME}, first: 5) {
      nodes {
        id
        name
        keyMetrics(lastMinutes: $lastMinutes) {
          avgWaitTime
          avgWaitTimeFirstResponse
          closedConversations
        }
        current {
          unassignedConversations
          queueWaitTime90thPercentile
          availableSlots
        }
      }
    }
  }
}
    `, {"hash":"sha256:39111cfb53aafbc3ef33d55aa495b43951d743f56dd6114a7e8cab461c7b7716"}) as unknown as TypedDocumentString<LongestWaitsQuery, LongestWaitsQueryVariables>;
export const MetricCatalogDocument = new TypedDocumentString(`
    query MetricCatalog($api: MetricsApi = KEY_METRICS) {
  metricCatalog(api: $api) {
    field
    api
    upstreamName
    formula
    unit
    description
  }
}
    `, {"hash":"sha256:0e565c505bd20647dc308c219733290c7dc2aad6d3ccab4ad98eb4f560f1c564"}) as unknown as TypedDocumentString<MetricCatalogQuery, MetricCatalogQueryVariables>;
export const SkillTrendDocument = new TypedDocumentString(`
    query SkillTrend {
  contactCenter {
    skills(orderBy: {metric: CLOSED_CONVERSATIONS, lastMinutes: 240}, first: 1) {
      nodes {
        id
        name
        segments(lastMinutes: 240) {
          window {
            from
            to
          }
          totalSkillConversationSegments
          intervals(everyMinutes: 30) {
            from
            to
            totalSkillConversationSegments
            skillSegmentsAbandonedByConsumersInQueue
            avgTimeToFirstAgentMessageFromAgentAssignment
          }
        }
      }
    }
  }
}
    `, {"hash":"sha256:3c09ea7c1620aca1713468820482ee0f4ed295d4463a3024ac9d48c4a3b8843e"}) as unknown as TypedDocumentString<SkillTrendQuery, SkillTrendQueryVariables>;
export const TeamDocument = new TypedDocumentString(`
    query Team {
  contactCenter {
    agentGroups(orderBy: {metric: ASSIGNED_CONVERSATIONS}, first: 1) {
      nodes {
        id
        name
        agents(first: 10) {
          nodes {
            id
            name
            segments(lastMinutes: 1440) {
              totalAgentConversationSegments
              avgAgentSegmentDuration
              avgTimeToResponseFromAgentAssignment
              bySkill {
                skill {
                  id
                  name
                }
                totalAgentConversationSegments
                avgAgentSegmentDuration
              }
            }
          }
        }
      }
    }
  }
}
    `, {"hash":"sha256:b95fd3106ff487011e8d3bec8007053a39f43ec126c80a71f36393e716e00a5b"}) as unknown as TypedDocumentString<TeamQuery, TeamQueryVariables>;
export const WallboardDocument = new TypedDocumentString(`
    query Wallboard {
  contactCenter {
    skills(orderBy: {metric: ASSIGNED_CONVERSATIONS}, first: 50) {
      nodes {
        id
        name
        current {
          asOf
          stale
          unassignedConversations
          assignedConversations
          overdueConversationsTotal
          queueWaitTime90thPercentile
          humanAgentLoad
          onlineAgents
          availableSlots
        }
        keyMetrics(lastMinutes: 60) {
          avgWaitTime
          avgTimeToResponse
          closedConversations
          csat
        }
        segments(lastMinutes: 60) {
          totalSkillConversationSegments
          interactiveSkillSegments
          skillSegmentsAbandonedByConsumersInQueue
        }
      }
    }
  }
}
    `, {"hash":"sha256:12fd1067bd1682e4dafcca63448f09352cdad7891c15f5f4b9ec92b9076ca726"}) as unknown as TypedDocumentString<WallboardQuery, WallboardQueryVariables>;
export const LiveDocument = new TypedDocumentString(`
    subscription Live {
  contactCenter {
    current {
      asOf
      stale
      unassignedConversations
      assignedConversations
      overdueConversationsTotal
      humanAgentLoad
      onlineAgents
      availableSlots
    }
    skills(orderBy: {metric: ASSIGNED_CONVERSATIONS}, first: 5) {
      nodes {
        id
        name
        current {
          unassignedConversations
          queueWaitTime90thPercentile
          onlineAgents
        }
      }
    }
  }
}
    `, {"hash":"sha256:4583c1964427c23858cbf7377251375fbd3c6d7bcdb3765dffd8b5320f3b2bb6"}) as unknown as TypedDocumentString<LiveSubscription, LiveSubscriptionVariables>;