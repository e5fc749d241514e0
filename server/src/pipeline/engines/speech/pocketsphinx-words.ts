// Reads what pocketsphinx writes with `-ctm`: one word a line, with its time and confidence.

import type { Word } from '../../../conversations/shapes.ts'

/**
 * Words by utterance id, times in milliseconds from the utterance's start. A line is `id channel start duration word
 * confidence`, times in seconds. Silence and noise marks are left out, `word(2)` (another pronunciation) is the word.
 */
export function readCtm(ctm: string): Map<string, Word[]> {
  const byUtterance = new Map<string, Word[]>()
  for (const line of ctm.split('\n')) {
    const [id, , start, duration, mark, confidence] = line.trim().split(/\s+/)
    const w = mark ? spelling(mark) : ''
    const s = Number(start) * 1000
    const lastsMs = Number(duration) * 1000
    if (!id || !w || !Number.isFinite(s) || !Number.isFinite(lastsMs)) continue
    const c = Number(confidence)
    const word = { w, s, e: s + lastsMs, c: confidence && Number.isFinite(c) ? Math.min(1, Math.max(0, c)) : null }
    byUtterance.set(id, [...(byUtterance.get(id) ?? []), word])
  }
  return byUtterance
}

/** Empty for marks that are no words: `<s>`, `<sil>`, `[NOISE]`, `++uh++`. */
function spelling(mark: string): string {
  if (/^[<[+]/.test(mark)) return ''
  return mark.replace(/\(\d+\)$/, '').replace(/^i(?=$|')/, 'I')
}
