// What a recording is called by whoever sent it: shown to people, never used as a path.

const nameCharsMax = 300

/** Short, and without what the database cannot hold: NUL, half a surrogate pair. */
export function shownName(name: string | null): string | null {
  return (
    name
      ?.replace(/\p{Cc}/gu, '')
      .slice(0, nameCharsMax)
      .toWellFormed() || null
  )
}

/** The last part of the path, its escapes read where they are UTF-8, else as it stands. */
export function nameInUrl(url: string): string | null {
  const part = new URL(url).pathname.split('/').at(-1) ?? ''
  try {
    return shownName(decodeURIComponent(part))
  } catch {
    return shownName(part)
  }
}
