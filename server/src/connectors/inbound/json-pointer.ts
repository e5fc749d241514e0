// JSON Pointer (RFC 6901): finds a value in what JSON or a form has said.

const charsMax = 500

/** `` (all of it), or `/a/0/b~1c`. */
export const pointerPattern = `^(/([^~]|~[01])*)?$`

export const isPointer = (text: unknown): text is string =>
  typeof text === 'string' && text.length <= charsMax && new RegExp(pointerPattern, 'u').test(text)

/** Undefined where there is nothing. Only what the value has of its own is found. */
export function valueAt(value: unknown, pointer: string): unknown {
  if (pointer === '') return value
  let at = value
  for (const escaped of pointer.slice(1).split('/')) {
    const name = escaped.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof at !== 'object' || at === null) return undefined
    if (Array.isArray(at) && !/^(0|[1-9]\d*)$/.test(name)) return undefined
    if (!Object.hasOwn(at, name)) return undefined
    at = (at as Record<string, unknown>)[name]
  }
  return at
}
