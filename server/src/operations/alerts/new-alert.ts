// An alert as it is when a rule opens it.

import { newId } from '../../platform/ids.ts'
import { opened } from './life.ts'
import { whole } from './parts.ts'
import type { Alert, Rule } from './shapes.ts'

export function newAlert(rule: Rule, groupKey: string, now: Date): Alert {
  const isOfEvents = rule.source === 'event'
  return {
    org_id: rule.org_id,
    id: newId(),
    rule_id: rule.id,
    rule_name: rule.name,
    source: rule.source,
    severity: rule.severity,
    group_by: isOfEvents ? rule.group_by : null,
    group_key: groupKey,
    metric: isOfEvents ? null : rule.metric,
    comparison: isOfEvents ? null : rule.comparison,
    threshold: isOfEvents ? null : rule.threshold,
    count: 1,
    first_at: now,
    last_at: now,
    value: null,
    event: null,
    ...whole,
    ...opened(now),
    mail_due: null,
    mailed_at: null,
    seq: 0,
    updated_at: now,
  }
}
