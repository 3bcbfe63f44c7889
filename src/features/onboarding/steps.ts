import type { SetupStep } from '@/features/onboarding/use-setup'
import { createOrganization, loadDemoData } from '@/lib/organizations'
import { refreshSession } from '@/lib/session'

const make: SetupStep = {
  underWay: 'Making the organization',
  failed: 'The organization could not be made',
  run: createOrganization,
}
const open: SetupStep = {
  underWay: 'Opening it',
  failed: 'The organization is made, but could not be opened',
  run: refreshSession,
}
const fill: SetupStep = {
  underWay: 'Loading three campaign sites and four offers',
  failed: 'The organization is open, but the demo data did not load',
  run: loadDemoData,
}

export const OWN_STEPS = [make, open] as const
export const DEMO_STEPS = [make, open, fill] as const
