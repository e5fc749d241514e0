// Which address shows which page. Each page is loaded when it is first asked for; what it filters by stands in its address.

import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  type RouteComponent,
  redirect,
} from '@tanstack/react-router'
import { preferencesQuery } from './api/preferences.ts'
import { sessionQuery } from './api/session.ts'
import { Waiting } from './components/states.tsx'
import { Crashed, Missing } from './shell/lost.tsx'
import { Shell } from './shell/shell.tsx'
import { SignInPage } from './shell/sign-in-page.tsx'
import { words } from './strings/strings.ts'

type Context = { client: QueryClient }
type Search = Record<string, string | undefined>

const asText = (search: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(search).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  )

/** A page comes together with its words. */
const lazyPage = (load: () => Promise<Record<string, unknown>>, name: string, ownWords: string[]) =>
  lazyRouteComponent(async () => {
    const [found] = await Promise.all([load(), words.loadNamespaces(ownWords)])
    // biome-ignore lint/suspicious/noExplicitAny: a page takes nothing from the router but what it asks for by its hooks
    return found as any
  }, name)

const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: Missing,
})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { after?: string | undefined } =>
    // A path of our own and nothing else: a link must not lead a fresh session to another site. What is refused is named
    // all the same: what is left out here, the router takes from the address as it stands.
    typeof search.after === 'string' && /^\/(?![/\\])/.test(search.after)
      ? { after: search.after }
      : { after: undefined },
  component: SignInPage,
})

const welcome = createRoute({
  getParentRoute: () => root,
  path: '/welcome',
  component: lazyPage(() => import('./pages/welcome/welcome-page.tsx'), 'WelcomePage', ['welcome']),
})

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  component: Shell,
  async beforeLoad({ context, location }) {
    const session = await context.client.ensureQueryData(sessionQuery)
    if (!session) throw redirect({ to: '/sign-in', search: location.pathname === '/' ? {} : { after: location.href } })
    // Lists ask for the columns that are preferred. A preference that cannot be read keeps nobody out.
    await context.client.ensureQueryData(preferencesQuery).catch(() => null)
  },
})

const begin = createRoute({
  getParentRoute: () => inside,
  path: '/',
  // Where most people begin is on its way while it is asked where this one does.
  component: lazyPage(() => import('./pages/home/home-page.tsx'), 'HomePage', ['home', 'charts']),
  beforeLoad({ context }) {
    const preferences = context.client.getQueryData(preferencesQuery.queryKey)
    const start = new URL(preferences?.start_page ?? '/home', location.origin)
    const search = Object.fromEntries(start.searchParams)
    throw redirect({ to: start.pathname === '/' ? '/home' : start.pathname, search } as never)
  },
})

type Part = Parameters<typeof lazyPage>

const page = <const Path extends string>(path: Path, ...part: Part) =>
  createRoute({ getParentRoute: () => inside, path, validateSearch: asText, component: lazyPage(...part) })

const integrations: Part = [
  () => import('./pages/integrations/integrations-page.tsx'),
  'IntegrationsPage',
  ['integrations'],
]
const settings: Part = [() => import('./pages/settings/settings-page.tsx'), 'SettingsPage', ['settings']]

const pages = [
  page('/home', () => import('./pages/home/home-page.tsx'), 'HomePage', ['home', 'charts']),
  page('/interactions', () => import('./pages/interactions/interactions-page.tsx'), 'InteractionsPage', [
    'interactions',
  ]),
  page('/interactions/$id', () => import('./pages/interaction/interaction-page.tsx'), 'InteractionPage', [
    'interaction',
  ]),
  page('/upload', () => import('./pages/upload/upload-page.tsx'), 'UploadPage', ['upload']),
  page('/upload/$jobId', () => import('./pages/upload/job-page.tsx'), 'JobPage', ['upload']),
  page('/agents', () => import('./pages/agents/agents-page.tsx'), 'AgentsPage', ['agents', 'charts']),
  page('/agents/$id', () => import('./pages/agents/agent-page.tsx'), 'AgentPage', ['agents', 'charts']),
  page('/reports', () => import('./pages/reports/reports-page.tsx'), 'ReportsPage', ['reports']),
  page('/integrations', ...integrations),
  page('/integrations/$section', ...integrations),
  page('/integrations/$section/$id', ...integrations),
  page('/settings', ...settings),
  page('/settings/$section', ...settings),
  page('/operations', () => import('./pages/operations/operations-page.tsx'), 'OperationsPage', ['operations']),
  page('/account', () => import('./pages/account/account-page.tsx'), 'AccountPage', ['account']),
  createRoute({ getParentRoute: () => inside, path: '$', component: Missing }),
] as const

export function makeRouter(client: QueryClient) {
  const router = createRouter({
    routeTree: root.addChildren([signIn, welcome, inside.addChildren([begin, ...pages])]),
    basepath: '/app',
    context: { client },
    defaultPreload: 'intent',
    defaultPendingComponent: Waiting,
    defaultErrorComponent: Crashed,
    scrollRestoration: true,
  })
  // Who is here and the page that was asked for are fetched side by side.
  void client.prefetchQuery(sessionQuery)
  const routes: Record<string, { options: { component?: RouteComponent } }> = router.routesById
  for (const { routeId } of router.matchRoutes(router.latestLocation))
    void routes[routeId]?.options.component?.preload?.()
  return router
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
