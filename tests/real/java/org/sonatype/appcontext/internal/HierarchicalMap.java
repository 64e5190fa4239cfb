// Copyright (c) 2026, buildops.tokens contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package org.sonatype.appcontext.internal;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands first on the class path of Nexus 2.2 to 2.5.1, in place of the class of that name in its library appcontext.
 *
 * That one calls get() from containsKey() and containsKey() from get(): its parent class did not, up to Java 7, and does since.
 * This one looks into its own entries only by methods of the parent class that call no other.
 */
public class HierarchicalMap<K, V> extends ConcurrentHashMap<K, V> {
  private static final long serialVersionUID = 1L;

  private final HierarchicalMap<K, V> parent;

  public HierarchicalMap() {
    this(null);
  }

  public HierarchicalMap(HierarchicalMap<K, V> parent) {
    this.parent = checkParentContext(parent);
  }

  protected HierarchicalMap<K, V> checkParentContext(HierarchicalMap<K, V> context) {
    return context;
  }

  public HierarchicalMap<K, V> getParent() {
    return parent;
  }

  @Override
  public V get(Object key) {
    return get(key, true);
  }

  public V get(Object key, boolean withParents) {
    V own = super.get(key);
    return own == null && withParents && parent != null ? parent.get(key) : own;
  }

  @Override
  public boolean containsKey(Object key) {
    return containsKey(key, true);
  }

  public boolean containsKey(Object key, boolean withParents) {
    return get(key, withParents) != null;
  }

  @Override
  public boolean containsValue(Object value) {
    return containsValue(value, true);
  }

  public boolean containsValue(Object value, boolean withParents) {
    return super.containsValue(value) || (withParents && parent != null && parent.containsValue(value));
  }

  public Map<K, V> flatten() {
    Map<K, V> all = parent == null ? new HashMap<K, V>() : parent.flatten();
    all.putAll(this);
    return all;
  }
}
