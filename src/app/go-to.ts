import { paths } from '@/lib/paths'

/** "g" and a letter, for the pages one goes to most. */
export const goTo: readonly { keys: string; label: string; href: string }[] = [
  { keys: 'g h', label: 'Home', href: paths.home.getHref() },
  { keys: 'g c', label: 'Content', href: paths.content.getHref() },
  { keys: 'g t', label: 'Content types', href: paths.contentTypes.getHref() },
  { keys: 'g s', label: 'Sites', href: paths.sites.getHref() },
  { keys: 'g m', label: 'Mappings', href: paths.mappings.getHref() },
  { keys: 'g j', label: 'Jobs', href: paths.jobs.getHref() },
  { keys: 'g d', label: 'Schedules', href: paths.schedules.getHref() },
  { keys: 'g a', label: 'Alerts', href: paths.alerts.getHref() },
  { keys: 'g ,', label: 'Settings', href: paths.settings.getHref() },
]
