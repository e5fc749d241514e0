// Aggregates of the vocabulary that nothing here can compute yet: each answers null and says why.

import { type Aggregate, missing } from './aggregate.ts'

const lists: [reason: string, unit: string, entries: Record<string, string>][] = [
  [
    'Topics need detectors, which this version does not have.',
    '%',
    {
      topic_share: 'conversations with the topic / all',
      topic_growth: 'share now / share of the period before - 1',
      emerging_topic_z: '(n - mean of 8 periods before) / their standard deviation',
    },
  ],
  [
    'Rules need detectors, which this version does not have.',
    '%',
    {
      rule_hit_rate: 'conversations with an accepted hit / conversations in scope',
      rule_precision: 'confirmed hits / reviewed hits',
      complaint_rate: 'conversations with a complaint / all',
      complaint_time_to_ack: 'alert created to first acknowledged',
      complaint_time_to_resolve: 'alert created to resolved',
      compliance_rate: 'conversations without a failed compliance item / conversations with an applicable one',
      disclosure_latency: 'offset of the required statement',
      empathy_rate: 'negative customer turns answered with empathy / negative customer turns',
    },
  ],
  [
    'Scores need scorecards, which this version does not have.',
    '%',
    {
      qa_score: 'weighted mean of the answers of an evaluation',
      qa_critical_score: 'the same over critical questions',
      qa_noncritical_score: 'the same over the other questions',
      auto_fail_rate: 'evaluations with an automatic fail / evaluations',
      qa_coverage: 'conversations evaluated / eligible ones',
      ai_human_agreement: 'equal answers / answers given twice',
      cohen_kappa: 'agreement beyond chance',
      calibration_variance: 'mean of |grader - reference|',
      dispute_rate: 'disputed / published evaluations',
      overturn_rate: "resolved in the agent's favour / disputed",
      script_adherence: 'required steps found / applicable steps',
      agent_score: 'weighted mean of qa_score over the period',
    },
  ],
  [
    'Whether a matter was resolved is not known: it needs dispositions of another system, or detectors.',
    '%',
    {
      resolution_rate: 'conversations resolved / handled',
      fcr_rate: 'first contacts without another within 7 days / first contacts whose window has closed',
      fcr_inferred: 'conversations that were probably resolved and not escalated / inbound',
      repeat_contact_rate: 'contacts with an earlier one on the same topic / contacts',
      transfer_rate: 'conversations with a transfer / handled',
      escalation_rate: 'conversations with a supervisor asked for or given / handled',
      csat_proxy: 'a model of sentiment, resolution and dead air',
    },
  ],
  [
    'Customers are not asked: it needs surveys, which this version does not have. See satisfaction_estimated.',
    '%',
    {
      csat: 'ratings 4 and 5 / answers',
      nps: 'promoters - detractors',
      ces: 'mean effort',
    },
  ],
  [
    'It needs a reference to compare with.',
    '%',
    {
      wer: 'word errors / words of the reference',
      der: 'time of the wrong speaker / time of speech',
      redaction_recall: 'spans found / true spans',
      redaction_precision: 'true spans / spans found',
    },
  ],
  [
    'The words of each conversation are not counted, and a mean of percentages would mislead.',
    '%',
    {
      low_confidence_ratio: 'words below a confidence of 0.6 / words',
    },
  ],
  ['Telephony does not tell of the time with a bot.', '%', { ivr_time_percent: 'time with an IVR / length' }],
  [
    'It is a figure of the installation, under /metrics and the alerts.',
    's',
    {
      real_time_factor: 'time of processing / length of the media',
      backlog_age: 'age of the oldest unprocessed conversation',
      webhook_success_rate: 'events delivered / events',
      webhook_latency: 'event to answer of the receiver',
      dlq_depth: 'dead letters that are open',
    },
  ],
  [
    'Connections to other systems come with a later version.',
    's',
    {
      sync_lag: 'change elsewhere to change here',
      sync_accuracy: 'equal fields / compared fields',
      sync_conflicts: 'conflicts',
    },
  ],
  [
    'It is counted by calendar months: GET /v1/usage.',
    'min',
    {
      minutes_used: 'billed minutes of the month',
      minutes_left: 'allocated minutes - used ones',
    },
  ],
]

export const unavailable: readonly Aggregate[] = lists.flatMap(([reason, unit, entries]) =>
  Object.entries(entries).map(([id, formula]) => missing(id, unit, formula, reason)),
)
