// The part of docs/metrics.md about aggregates, from the catalogue.

import { catalogue } from './catalogue.ts'

export function aggregatesMarkdown(): string {
  const escaped = (text: string) => text.replaceAll('|', '\\|')
  const rows = catalogue.filter(({ spec }) => spec.kind !== 'missing')
  const missing = catalogue.flatMap(({ id, spec }) => (spec.kind === 'missing' ? [[id, spec.reason] as const] : []))
  const reasons = Map.groupBy(missing, ([, reason]) => reason)
  return `
## Over many conversations

\`GET /v1/analytics/metrics\` answers these for a period, filtered and grouped, each as \`{value, numerator, denominator, n,
excluded, basis, formula, reason?}\` (docs/insights.md). Only completed conversations count, but for those that are about volume.

| Formula | Unit | Better | Definition |
|---|---|---|---|
${rows
  .map(
    ({ id, version, unit, better, formula }) =>
      `| \`${id}@${version}\` | ${unit} | ${better ?? ''} | ${escaped(formula)} |\n`,
  )
  .join('')}
These answer null, and say why:

${[...reasons].map(([reason, ids]) => `- ${reason} ${ids.map(([id]) => `\`${id}\``).join(', ')}\n`).join('')}`
}
