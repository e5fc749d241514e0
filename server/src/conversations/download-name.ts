// What a file is called when it is saved: RFC 6266, from names that strangers chose. Such a name is shown, and never
// trusted: no path, no control or direction characters, no quotes, and an ending that says what the file is.

const charsMax = 150

const soundEndings = /\.(wav|wave|mp3|mpga|flac|ogg|oga|opus|m4a|mp4|aac|weba|webm|mov)$/i
// Of file systems and of headers: Windows' reserved characters, controls, and what turns the direction of writing.
const unsafe = /[<>:"|?*\p{Cc}\p{Cf}\u2028\u2029]/gu

/**
 * @param given as a client named the file; null where nobody did or it may not be shown
 * @param fallback of letters, digits, hyphens and dots, with an ending
 */
export function dispositionOf(kind: 'inline' | 'attachment', given: string | null, fallback: string): string {
  const name = safeName(given, fallback)
  const plain = name.replaceAll(/[^ -~]/gu, '_').replaceAll(/["%\\;]/g, '_')
  const extended = encodeURIComponent(name).replaceAll(/['()*!]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`)
  return plain === name ? `${kind}; filename="${plain}"` : `${kind}; filename="${plain}"; filename*=UTF-8''${extended}`
}

/** `ending` in place of the name's own, for another form of the same recording. */
export const withEnding = (given: string | null, ending: string): string | null =>
  given && given.replace(soundEndings, '') + ending

function safeName(given: string | null, fallback: string): string {
  const last = (given ?? '').toWellFormed().split(/[/\\]/).at(-1) as string
  const clean = last.replaceAll(unsafe, '_').trim()
  const ending = soundEndings.exec(clean)?.[0]
  const stem = clean.slice(0, ending ? -ending.length : undefined).replace(/^[. ]+|[. ]+$/g, '')
  if (!/[\p{L}\p{N}]/u.test(stem)) return fallback
  return [...stem].slice(0, charsMax).join('') + (ending ?? /\.\w+$/.exec(fallback)?.[0] ?? '')
}
