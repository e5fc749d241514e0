// What a watcher says: one line for each thing that happens, in plain words for a journal, or as JSON for a collector of
// logs. On a terminal, a line below that shows how far it is.

import type { Writable } from 'node:stream'

type Facts = Record<string, string | number | boolean | null | undefined>

/** `event` names what happened, for programs; the sentence for people is made here. */
export type Tell = (event: keyof typeof sentences, facts: Facts) => void

const sentences = {
  start: ({ folder, url, name }: Facts) => `Watching ${folder} as "${name}"; recordings go to ${url}.`,
  known_before: ({ sent, refused }: Facts) =>
    `The journal knows ${sent} files that were sent and ${refused} that were refused.`,
  first: ({ since }: Facts) =>
    since === 'all'
      ? 'This is the first start here: all that lies in the folder is sent (--since now leaves it).'
      : `This is the first start here: files of before ${since} are left alone (--since).`,
  unheard: ({ reason }: Facts) => `The server does not hear of this watcher: ${reason}`,
  passed: ({ count }: Facts) => `${count} files that were there before are left alone (--since).`,
  torn: ({ count }: Facts) => `${count} lines of the journal were cut off by a crash and are left out.`,
  insecure: ({ url }: Facts) => `${url} is not encrypted: the key and the recordings can be read on the way.`,
  sent: ({ path, bytes, seconds, conversation_id: id }: Facts) =>
    `Sent ${path} (${size(bytes)} in ${seconds} s)${id ? ` as ${id}` : ''}.`,
  known: ({ path, as }: Facts) => `${path} has the content of ${as}, which was sent; not sent again.`,
  refused: ({ path, reason }: Facts) => `REFUSED ${path}: ${reason} It stays where it is and is not tried again.`,
  cleared: ({ path, what }: Facts) => `${path} was ${what}.`,
  warning: ({ warning }: Facts) => `${warning}`,
  retry: ({ path, reason, seconds }: Facts) => `${path}: ${reason} Next try in ${seconds} s.`,
  wait: ({ reason, seconds }: Facts) => `${reason} Everything waits; next try in ${seconds} s.`,
  back: () => 'The server takes recordings again.',
  smaller: ({ bytes }: Facts) => `A proxy refuses large requests; they have at most ${size(bytes)} from now on.`,
  unreadable: ({ path, why }: Facts) => `${path === '' ? 'The folder' : path} cannot be read: ${why}.`,
  watch_failed: ({ why }: Facts) =>
    `Changes are not told (${why}); the folder is looked through every minute all the same.`,
  would_send: ({ path, bytes, metadata }: Facts) => `Would send ${path} (${size(bytes)}) with ${metadata}`,
  stop: ({ sent, refused, waiting }: Facts) => `Stopped. ${sent} sent, ${refused} refused, ${waiting} waiting.`,
}

function size(bytes: Facts[string]): string {
  const value = Number(bytes)
  if (value < 1024) return `${value} B`
  return value < 2 ** 20 ? `${(value / 1024).toFixed(1)} KiB` : `${(value / 2 ** 20).toFixed(1)} MiB`
}

export type Output = {
  tell: Tell
  /** Shown on a terminal only, in place of the one before. */
  progress(text: string): void
}

/** What is written to a reader that has gone is lost, and no reason to stop sending. */
export function output(to: Writable & { isTTY?: boolean; columns?: number }, { isJson }: { isJson: boolean }): Output {
  to.on('error', () => {})
  const hasProgress = to.isTTY === true && !isJson
  let shown = ''
  const clear = hasProgress ? '\r\u001b[2K' : ''
  return {
    tell(event, facts) {
      const text = clean(sentences[event](facts))
      const line = isJson ? JSON.stringify({ at: new Date().toISOString(), event, ...facts, text }) : text
      to.write(`${clear}${line}\n${shown}`)
    },
    progress(text) {
      if (!hasProgress) return
      shown = clean(text).slice(0, (to.columns ?? 80) - 1)
      to.write(`${clear}${shown}`)
    },
  }
}

/** Names of files may hold what moves the cursor of a terminal, or begins a line of its own. */
const clean = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd')
