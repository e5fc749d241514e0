// The figures of the operation that a rule may watch: what each is, and in which unit. How they are measured: metrics.ts.

export const metrics = {
  delivery_oldest_pending_s: { title: 'Age of the oldest delivery that is due', unit: ' s' },
  delivery_burn_1h: { title: 'Failed attempts of 1 h and of 5 min, in hundredths', unit: '' },
  delivery_burn_6h: { title: 'Failed attempts of 6 h and of 30 min, in hundredths', unit: '' },
  breakers_open: { title: 'Endpoints that nothing is sent to because they fail', unit: '' },
  dead_letters: { title: 'Dead letters', unit: '' },
  conversation_oldest_unprocessed_s: { title: 'Age of the oldest conversation that is not processed', unit: ' s' },
  ingest_failures_1h: { title: 'Conversations that failed within an hour', unit: '' },
  remote_folders_failing: { title: 'Remote folders that cannot be read', unit: '' },
  minutes_used_percent: { title: 'Minutes used of what the month allows', unit: ' %' },
  chats_used_percent: { title: 'Chats used of what the month allows', unit: ' %' },
  refused_sign_ins_15m: { title: 'Sign-ins that were refused within 15 min', unit: '' },
} as const satisfies Record<string, { title: string; unit: string }>

export type MetricName = keyof typeof metrics
export const metricNames = Object.keys(metrics) as MetricName[]
