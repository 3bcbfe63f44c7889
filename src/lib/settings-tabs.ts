import { settingsTabs } from '@/lib/paths'
import { useHasRole } from '@/lib/session'

/** The pages of Settings that this person may open, for ui/link-tabs.tsx: several features share them. */
export function useSettingsTabs() {
  const isAdmin = useHasRole('admin')
  return settingsTabs.filter(({ adminsOnly }) => isAdmin || !adminsOnly)
}
