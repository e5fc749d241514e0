// How much a browser must fetch before a page can be used, counted over the built files: what index.html names, and what
// the page's own part imports by name. Fails above the limit; prints the figures.

import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, test } from 'node:test'

const dist = join(import.meta.dirname, '../dist')
const scriptBytesMax = 350 * 1024
const unbuilt = existsSync(join(dist, 'index.html')) ? false : 'the dashboard is not built (npm start builds it)'

const read = (name: string) => readFileSync(join(dist, 'assets', name), 'utf8')
/** As it goes over the wire: what is too small to be worth compressing goes as it is. */
const sizeOf = (name: string) => {
  const path = join(dist, 'assets', name)
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size
}

/** A script with all that it imports by name, at once and not later. */
function withImports(name: string, found = new Set<string>()): Set<string> {
  if (found.has(name)) return found
  found.add(name)
  for (const [, path = ''] of read(name).matchAll(/(?:\bfrom|\bimport)\s*["'](\.\/[\w.-]+\.js)["']/g))
    withImports(basename(path), found)
  return found
}

const named = (text: string, ending: string) =>
  [...text.matchAll(new RegExp(`assets/([\\w.-]+\\.${ending})`, 'g'))].map(([, name = '']) => name)

/** What is imported when the page is asked for: its part, and the parts and styles that Vite loads with it. */
function partsOf(router: string, part: RegExp): string[] {
  const found = [...router.matchAll(/import\(["'`]\.\/([\w.-]+\.js)["'`]\)/g)].map(([, name = '']) => name)
  const own = found.filter((name) => part.test(name))
  assert.equal(own.length > 0, true, `no part fits ${part}`)
  return [...new Set(own)]
}

describe('the first load', { skip: unbuilt }, () => {
  const index = unbuilt ? '' : readFileSync(join(dist, 'index.html'), 'utf8')
  const scripts = new Set(named(index, 'js').flatMap((name) => [...withImports(name)]))
  const words = () => {
    const all = [...scripts].map(read).join('\n')
    return partsOf(all, /^shell-[\w-]+\.js$/)
  }

  const pages = {
    '/app/sign-in': [],
    '/app/home': [/^home-page-/, /^home-[\w-]{8}\.js$/, /^charts-[\w-]{8}\.js$/, /^plots-/],
  }
  for (const [path, parts] of Object.entries(pages) as [string, RegExp[]][]) {
    test(`${path} needs at most ${scriptBytesMax / 1024} KB of script`, (context) => {
      const all = new Set([...scripts, ...words().flatMap((name) => [...withImports(name)])])
      for (const part of parts) {
        const text = [...all].map(read).join('\n')
        for (const own of partsOf(text, part)) for (const name of withImports(own)) all.add(name)
      }
      const bytes = [...all].reduce((sum, name) => sum + sizeOf(name), 0)
      const styles = named(index, 'css').reduce((sum, name) => sum + sizeOf(name), 0)
      context.diagnostic(
        `${path}: ${(bytes / 1024).toFixed(1)} KB of script in ${all.size} files, ${(styles / 1024).toFixed(1)} KB of styles of the frame (brotli)`,
      )
      assert.ok(bytes <= scriptBytesMax, `${bytes} bytes`)
    })
  }
})
