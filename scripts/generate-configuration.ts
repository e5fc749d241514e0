// Writes docs/configuration.md from the schema of the settings.

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { configurationMarkdown } from '../server/src/config.ts'

export function generateConfiguration(): void {
  writeFileSync(resolve(import.meta.dirname, '../docs/configuration.md'), configurationMarkdown())
}

if (import.meta.main) generateConfiguration()
