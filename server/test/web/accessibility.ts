// What axe finds in a page against WCAG 2.2 AA, as lines that say where and what to mend. What a machine cannot tell
// (whether a label makes sense, the order of the keyboard) is left to tests of each page.

import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Levels A and AA of WCAG 2.0, 2.1 and 2.2. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

type Found = {
  id: string
  impact: string | null
  help: string
  helpUrl: string
  nodes: { target: unknown[]; html: string; failureSummary?: string }[]
}

/** `within` and `without` are CSS selectors: only this part, and not those. One text a rule that is broken. */
export async function accessibilityFindings(
  page: Page,
  { within, without = [] }: { within?: string; without?: string[] } = {},
): Promise<string[]> {
  // By the debugger's door: a page's Content-Security-Policy holds for its scripts, not for ours.
  if (!(await page.evaluate('Boolean(window.axe)'))) await page.evaluate(`${axe.source}; undefined`)
  // Preloading copies the styles of shadow roots into the page, against its policy; no rule that is run here needs them.
  const part = { ...(within ? { include: [[within]] } : {}), exclude: without.map((selector) => [selector]) }
  const asked = JSON.stringify([
    part,
    { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'], preload: false },
  ])
  const violations = await page.evaluate<Found[]>(`window.axe.run(...${asked}).then((all) => all.violations)`)
  return violations.map(told)
}

const told = ({ id, impact, help, helpUrl, nodes }: Found) =>
  [
    `${id} (${impact ?? 'unrated'}): ${help}, ${helpUrl}`,
    ...nodes.flatMap(({ target, html, failureSummary }) => [
      `  ${target.flat().join(' ')}  ${html.slice(0, 160)}`,
      ...(failureSummary ?? '')
        .split('\n')
        .slice(1)
        .map((line) => `    ${line.trim()}`),
    ]),
  ].join('\n')
