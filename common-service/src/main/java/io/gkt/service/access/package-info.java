/** Who may call a service: API keys with limits of their own, and no calls from elsewhere without them. */
package io.gkt.service.access;
