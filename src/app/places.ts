import { GearSixIcon } from '@phosphor-icons/react/GearSix'
import { GlobeIcon } from '@phosphor-icons/react/Globe'
import { GridFourIcon } from '@phosphor-icons/react/GridFour'
import { HouseIcon } from '@phosphor-icons/react/House'
import { PulseIcon } from '@phosphor-icons/react/Pulse'
import { StackIcon } from '@phosphor-icons/react/Stack'
import { paths } from '@/lib/paths'

/** The six places of the rail, the bottom bar and the palette. */
export const places = [
  { label: 'Home', href: paths.home.getHref(), icon: HouseIcon },
  { label: 'Content', href: paths.content.getHref(), icon: StackIcon },
  { label: 'Sites', href: paths.sites.getHref(), icon: GlobeIcon },
  { label: 'Mappings', href: paths.mappings.getHref(), icon: GridFourIcon },
  { label: 'Jobs', href: paths.jobs.getHref(), icon: PulseIcon },
  { label: 'Settings', href: paths.settings.getHref(), icon: GearSixIcon },
] as const
