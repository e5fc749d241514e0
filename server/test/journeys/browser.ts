// What a browser does when somebody signs in: keeps cookies by host and path, follows redirects, sends the forms of pages.
// No scripts.

export type Visit = { status: number; url: string; headers: Headers; text: string }

export type Browser = {
  /** Follows redirects until something else is answered, or until `stopAt` is where the next one leads. */
  open(url: string, stopAt?: (url: string) => boolean): Promise<Visit>
  /** Sends the form of a page: its hidden and ticked fields, and `fields`; null takes one away. Then as `open`. */
  submit(page: Visit, fields: Fields, stopAt?: (url: string) => boolean): Promise<Visit>
  /** As a browser sends them to this address. */
  cookies(url: string): string
}

export type Fields = Record<string, string | string[] | null>

type Cookie = { name: string; value: string; path: string }

const redirectsMax = 20

/** `send` may lead to a server that is elsewhere, as a proxy does. */
export function openBrowser(send: (url: string, init: RequestInit) => Promise<Response> = fetch): Browser {
  const jars = new Map<string, Cookie[]>()
  const jarOf = (url: string) => jars.getOrInsertComputed(new URL(url).host, () => [])
  const cookies = (url: string) =>
    jarOf(url)
      .filter(({ path }) => isBelow(new URL(url).pathname, path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ')

  async function follow(url: string, form: URLSearchParams | null, stopAt: (url: string) => boolean): Promise<Visit> {
    let at = url
    let body = form
    for (let hops = 0; hops < redirectsMax; hops++) {
      const headers = { cookie: cookies(at), ...(body ? { origin: new URL(at).origin } : {}) }
      const response = await send(at, { redirect: 'manual', headers, ...(body ? { method: 'POST', body } : {}) })
      for (const line of response.headers.getSetCookie()) keep(jarOf(at), line, at)
      const text = await response.text()
      const location = response.headers.get('location')
      const next = location ? new URL(location, at).href : null
      if (!next || response.status < 300 || response.status > 399) {
        return { status: response.status, url: at, headers: response.headers, text }
      }
      if (stopAt(next)) return { status: response.status, url: next, headers: response.headers, text }
      at = next
      body = null
    }
    throw new Error(`more than ${redirectsMax} redirects from ${url}`)
  }

  return {
    cookies,
    open: (url, stopAt = () => false) => follow(url, null, stopAt),
    submit: (page, fields, stopAt = () => false) => follow(page.url, filled(page.text, fields), stopAt),
  }
}

/** The first form of a page, which is sent to the page's own address. */
function filled(html: string, fields: Fields): URLSearchParams {
  const form = new URLSearchParams()
  for (const [input] of html.matchAll(/<input [^>]*>/g)) {
    const attribute = (name: string) => new RegExp(`\\b${name}="([^"]*)"`).exec(input)?.[1]
    const isSent = attribute('type') === 'hidden' || (attribute('type') === 'checkbox' && /\bchecked\b/.test(input))
    if (isSent) form.append(attribute('name') ?? '', attribute('value') ?? '')
  }
  for (const [name, value] of Object.entries(fields)) {
    form.delete(name)
    for (const one of value === null ? [] : [value].flat()) form.append(name, one)
  }
  return form
}

/** RFC 6265 §5.1.4. */
const isBelow = (asked: string, path: string) =>
  asked === path || asked.startsWith(path.endsWith('/') ? path : `${path}/`)

function keep(jar: Cookie[], line: string, url: string): void {
  const [pair = '', ...attributes] = line.split(/;\s*/)
  const at = pair.indexOf('=')
  const name = pair.slice(0, at)
  const given = attributes.find((one) => /^path=\//i.test(one))?.slice('path='.length)
  const path = given ?? (new URL(url).pathname.replace(/\/[^/]*$/, '') || '/')
  const isOver = attributes.some((one) => /^max-age=0$/i.test(one) || /^expires=.*\b1970\b/i.test(one))
  const held = jar.findIndex((one) => one.name === name && one.path === path)
  if (held >= 0) jar.splice(held, 1)
  if (!isOver) jar.push({ name, value: pair.slice(at + 1), path })
}
