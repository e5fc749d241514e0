// Writes docs/metrics.md from the formulas.

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { metricsMarkdown } from '../server/src/pipeline/metrics/index.ts'

export function generateMetrics(): void {
  writeFileSync(resolve(import.meta.dirname, '../docs/metrics.md'), metricsMarkdown())
}

if (import.meta.main) generateMetrics()
