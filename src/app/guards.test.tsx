import { render, screen } from '@testing-library/react'
import { createMemoryRouter, RouterProvider } from 'react-router-dom'
import { beforeEach, describe, expect, it, vi } from 'vitest'

// The client wants an address as its module loads; nothing is sent to it here.
vi.hoisted(() => {
  document.head.innerHTML = '<meta name="supabase-url" content="http://localhost:9"><meta name="supabase-publishable-key" content="k">'
})
const { RequireOrganization, RequireSession, SignedOutOnly } = await import('./guards.tsx')
const { useSession } = await import('@/lib/session')

function open(path: string) {
  const router = createMemoryRouter(
    [
      { Component: SignedOutOnly, children: [{ path: '/sign-in', element: <p>sign in</p> }] },
      { path: '/reset-password', element: <p>new password</p> },
      {
        Component: RequireSession,
        children: [
          { path: '/welcome', element: <p>welcome</p> },
          { Component: RequireOrganization, children: [{ path: '*', element: <p>page</p> }] },
        ],
      },
    ],
    { initialEntries: [path] },
  )
  render(<RouterProvider router={router} />)
  return () => router.state.location.pathname + router.state.location.search
}

const signedIn = { status: 'signed-in' as const, organizationId: 'o1', recovering: false }

beforeEach(() => useSession.setState({ status: 'signed-out', user: null, organizationId: null, role: null, secondFactor: 'none', recovering: false }))

describe('guards', () => {
  it('ask to sign in, and remember the deep link', async () => {
    const address = open('/jobs/7?level=warn#line-3')
    await screen.findByText('sign in')
    expect(address()).toBe('/sign-in?next=%2Fjobs%2F7%3Flevel%3Dwarn%23line-3')
  })

  it('go on to the deep link when the session comes', async () => {
    const address = open('/sign-in?next=%2Fjobs%2F7%3Flevel%3Dwarn')
    await screen.findByText('sign in')
    useSession.setState(signedIn)
    await screen.findByText('page')
    expect(address()).toBe('/jobs/7?level=warn')
  })

  it('go home rather than to another origin', async () => {
    useSession.setState(signedIn)
    const address = open('/sign-in?next=%2F%2Fevil.test')
    await screen.findByText('page')
    expect(address()).toBe('/')
  })

  it('lead somebody without an organization to the welcome', async () => {
    useSession.setState({ ...signedIn, organizationId: null })
    const address = open('/sites')
    await screen.findByText('welcome')
    expect(address()).toBe('/welcome?next=%2Fsites')
  })

  it('put the new password before everything else', async () => {
    useSession.setState({ ...signedIn, recovering: true })
    open('/sites')
    await screen.findByText('new password')
  })

  it('ask for the second factor where it is still missing, and stay at the address', async () => {
    useSession.setState({ ...signedIn, secondFactor: 'missing' })
    const address = open('/sites?view=cards')
    await screen.findByRole('heading', { name: 'One more step' })
    expect(address()).toBe('/sites?view=cards')
    useSession.setState({ secondFactor: 'shown' })
    await screen.findByText('page')
  })

  it('wait while the session is being read', () => {
    useSession.setState({ status: 'loading' })
    const address = open('/sites')
    expect(screen.getByRole('status', { name: 'Loading DataSync' })).toBeTruthy()
    expect(address()).toBe('/sites')
  })
})
