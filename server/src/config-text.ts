// The settings in words: what is effective, and the page that explains them. What there is to set is in config.ts.

import { type Config, type Setting, settings } from './config.ts'
import { urlWithoutPassword } from './config-values.ts'

/** One line for each setting with its effective value; secrets are masked. */
export function describeConfig(config: Config): string {
  const width = Math.max(...settings.map(({ env: name }) => name.length))
  return settings
    .map(({ group, key, env: name, secret }) => {
      const value = (config as unknown as Record<string, Record<string, unknown>>)[group]?.[key]
      const absent = value === null || value === '' || (Array.isArray(value) && !value.length)
      const shown = name.endsWith('_URL') ? urlWithoutPassword(String(value)) : secret ? '******' : String(value)
      return `${name.padEnd(width)}  ${absent ? '(not set)' : shown}`
    })
    .join('\n')
}

/** The page `docs/configuration.md`, from the same schema. */
export function configurationMarkdown(): string {
  const head = `# Settings

Set in the environment. An empty value counts as absent. A setting marked * is a secret: it is also read from the file
that \`NAME_FILE\` names, and is never printed. \`npm start -- check-config\` prints the effective values.
`
  const parts = [...new Set(settings.map(({ group }) => group))].map((group) => {
    const rows = settings.filter((setting) => setting.group === group).map(cellsOf)
    return `\n## ${group}\n\n${table([['Name', 'Default', 'Unit', 'What it does'], ...rows])}`
  })
  return [head, ...parts].join('')
}

function cellsOf(setting: Setting): string[] {
  const given = setting.default === null || String(setting.default) === '' ? '' : `\`${setting.default}\``
  return [
    `\`${setting.env}\`${setting.secret ? ' *' : ''}`,
    setting.defaultText ?? given,
    setting.unit ?? '',
    [setting.description, acceptable(setting)].filter(Boolean).join(' '),
  ]
}

/** Columns are padded, as the formatter wants them. */
function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const rule = widths.map((width) => '-'.repeat(width))
  const lines = [...rows.slice(0, 1), rule, ...rows.slice(1)].map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | '),
  )
  return lines.map((line) => `| ${line} |\n`).join('')
}

function acceptable({ shape, expects }: Setting): string {
  const values = (shape as { enum?: string[] }).enum
  if (values) return `One of ${values.map((value) => `\`${value}\``).join(', ')}.`
  return expects ? `Expects ${expects}.` : ''
}
