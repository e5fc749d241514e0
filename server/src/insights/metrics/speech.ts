// Aggregates of how people talk: shares of talk, silence, interruptions, pace, answers.

import { type Aggregate, mean, ofFacts, ratio } from './aggregate.ts'
import { perCent, seconds } from './wording.ts'

const length = 'their length'
const rate = (id: string, name: string, what: string, better: Aggregate['better']) => ({
  id,
  name,
  unit: 'n/10 min',
  better,
  numerator: what,
  denominator: 'their length in units of 10 min',
  formula: `${what} / (sum of their length / 600)`,
})
const pace = (side: 'agent' | 'customer') => ({
  id: `speech_rate_wpm_${side}`,
  name: `Speech rate, ${side}`,
  unit: 'words/min',
  better: null,
  numerator: `words of ${side}s`,
  denominator: `minutes of their speech`,
  formula: `words of ${side}s / minutes of their speech, where there are 15 s of it`,
})

export const speech: Aggregate[] = [
  mean(
    seconds('talk_time_agent', 'Talk time, agent', 'Sum of talk_time_agent / conversations that have it'),
    'talk_time_agent',
  ),
  mean(
    seconds('talk_time_customer', 'Talk time, customer', 'Sum of talk_time_customer / conversations that have it'),
    'talk_time_customer',
  ),
  ratio(perCent('agent_talk_percent', 'Agent talk', 'speech of agents', length), 'agent_talk', 100),
  ratio(
    perCent('agent_talk_share', 'Agent share of talk', 'speech of agents', 'speech of agents and customers'),
    'agent_share',
    100,
  ),
  ratio(
    {
      id: 'talk_to_listen_ratio',
      name: 'Talk to listen',
      unit: 'ratio',
      better: null,
      numerator: 'speech of agents',
      denominator: 'speech of customers',
      formula: 'speech of agents / speech of customers, where the customer speaks',
    },
    'talk_to_listen',
    1,
  ),
  ratio(
    perCent('overtalk_ratio', 'Overtalk', 'time in which both speak', 'time in which anybody speaks', 'less'),
    'overtalk',
    100,
  ),
  mean(
    seconds('overtalk_time', 'Overtalk time', 'Sum of overtalk_time / conversations that have it', 'less'),
    'overtalk',
  ),
  ratio(perCent('silence_ratio', 'Silence', 'silence', length, 'less'), 'silence', 100),
  mean(seconds('silence_time', 'Silence time', 'Sum of silence_time / conversations that have it', 'less'), 'silence'),
  ratio(perCent('dead_air_ratio', 'Dead air', 'dead air', length, 'less'), 'dead_air', 100),
  mean(
    seconds('dead_air_time', 'Dead air time', 'Sum of dead_air_time / conversations that have it', 'less'),
    'dead_air',
  ),
  mean(
    {
      id: 'dead_air_count',
      name: 'Dead air, times',
      unit: 'n',
      better: 'less',
      formula: 'Sum of dead_air_count / conversations that have it',
    },
    'dead_air_count',
  ),
  mean(seconds('hold_time', 'Hold time', 'Sum of hold_time / conversations that have it', 'less'), 'hold'),
  mean(
    {
      id: 'hold_count',
      name: 'Holds',
      unit: 'n',
      better: 'less',
      formula: 'Sum of hold_count / conversations that have it',
    },
    'hold_count',
  ),
  mean(
    seconds('non_talk_time', 'Non-talk time', 'Sum of non_talk_time / conversations that have it', 'less'),
    'non_talk_time',
  ),
  ratio(
    rate('interruption_rate_agent', 'Interruptions by agents', 'interruptions by agents', 'less'),
    'interruptions_agent',
    600,
  ),
  ratio(
    rate('interruption_rate_customer', 'Interruptions by customers', 'interruptions by customers', 'less'),
    'interruptions_customer',
    600,
  ),
  ratio(pace('agent'), 'words_agent', 60),
  ratio(pace('customer'), 'words_customer', 60),
  ratio(rate('question_rate', 'Questions', 'questions of agents', null), 'questions', 600),
  mean(
    {
      id: 'turn_count',
      name: 'Turns',
      unit: 'n',
      better: null,
      formula: 'Sum of turn_count / conversations that have it',
    },
    'turn_count',
  ),
  mean(
    {
      id: 'asr_confidence_mean',
      name: 'Confidence of the transcript',
      unit: '0..1',
      better: 'more',
      formula: 'Mean of the confidence of each conversation',
    },
    'asr_confidence',
  ),
]

export const answers: Aggregate[] = [
  mean(seconds('patience', 'Patience', 'Mean of patience of each conversation'), 'patience'),
  mean(
    seconds('first_response_time', 'First response', 'Mean of first_response_time of each chat', 'less'),
    'first_response_time',
  ),
  mean(
    seconds('avg_response_time', 'Response time', 'Mean of avg_response_time of each chat', 'less'),
    'avg_response_time',
  ),
  mean(
    seconds('vela_response_time', 'Response time, bots included', 'Mean of vela_response_time of each chat', 'less'),
    'vela_response_time',
  ),
  ofFacts(
    seconds(
      'response_latency_p50',
      'Response latency, median',
      'Median of response_latency_p50 of each conversation',
      'less',
    ),
    'response_latency_p50',
    'median',
  ),
]
