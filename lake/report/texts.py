"""Everything that the page says, in Spanish and in English, in this order."""

from __future__ import annotations

from typing import Final

MONTHS: Final = (
    ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)

TEXTS: Final = {
    "page.title": ("Cómo va Divisa", "How Divisa fares"),
    "page.origin": ("Según el lago de datos, al {at}.", "As the lake tells it, on {at}."),
    "unit.minutes": ("min", "min"),
    "unit.hours": ("horas", "hours"),
    "unit.days": ("días", "days"),
    "side.BUY": ("comprar", "buy"),
    "side.SELL": ("vender", "sell"),
    "section.market": ("Precio y sugerencias", "Price and suggestions"),
    "section.people": ("Qué hace la gente", "What people do"),
    "section.business": ("Energía, tienda, personal y lugares", "Energy, shop, staff and places"),
    "section.lake": ("El lago de datos", "The lake"),
    "tile.sent": ("sugerencias enviadas", "suggestions sent"),
    "tile.conversion": ("las siguieron en un día", "followed within a day"),
    "tile.lift": ("puntos más que sin aviso", "points more than untold"),
    "tile.trades": ("transacciones", "trades"),
    "tile.rows": ("filas recibidas", "rows received"),
    "tile.fresh": ("conjuntos de datos al día", "datasets up to date"),
    "prices.none": ("Todavía no hay precios.", "There are no prices yet."),
    "prices.title": (
        "{pair} cerró en {close} el {last}, {change} desde el {first}",
        "{pair} closed at {close} on {last}, {change} since {first}",
    ),
    "prices.title.alone": ("{pair} cerró en {close} el {last}", "{pair} closed at {close} on {last}"),
    "prices.note": (
        "El último precio medio de cada día, y la franja entre el menor y el mayor.",
        "The last mid of each day, and the band from its lowest to its highest.",
    ),
    "prices.note.made": (
        " Abajo, las sugerencias hechas, también las que se retuvieron para comparar.",
        " Below, the suggestions made, with those that were held out.",
    ),
    "prices.close": ("último precio medio", "last mid"),
    "prices.band": ("menor a mayor", "lowest to highest"),
    "prices.made.day": ("sugerencias al día", "suggestions a day"),
    "prices.made.week": ("sugerencias por semana", "suggestions a week"),
    "conversion.none": (
        "Todavía no hay sugerencias cuyo día haya terminado.",
        "There are no suggestions yet whose day is over.",
    ),
    "conversion.title": (
        "{sent} de las sugerencias enviadas se siguió en un día; sin aviso, {held}",
        "{sent} of suggestions sent were followed within a day; untold, {held}",
    ),
    "conversion.title.alone": (
        "{sent} de las sugerencias enviadas se siguió en un día",
        "{sent} of suggestions sent were followed within a day",
    ),
    "conversion.note": (
        "Por {period} en que se hicieron. La franja es el intervalo de 95 % (Wilson) de las enviadas, como si cada una "
        "fuera independiente.",
        "By the {period} in which they were made. The band is the interval of 95 % (Wilson) of those sent, as if each "
        "were independent.",
    ),
    "conversion.sent": ("enviadas", "sent"),
    "conversion.held": ("retenidas para comparar", "held out"),
    "conversion.axis": ("seguidas en un día", "followed within a day"),
    "period.day": ("día", "day"),
    "period.week": ("semana", "week"),
    "lift.none": (
        "Todavía no se puede decir qué logra avisar: hacen falta 30 personas en cada grupo.",
        "It cannot be told yet what telling people does: each group needs 30 users.",
    ),
    "lift.title.more": (
        "Avisar hace que {points} puntos más hagan lo sugerido (de {low} a {high})",
        "Telling makes {points} points more do what is suggested ({low} to {high})",
    ),
    "lift.title.less": (
        "Avisar hace que {points} puntos menos hagan lo sugerido (de {low} a {high})",
        "Telling makes {points} points fewer do what is suggested ({low} to {high})",
    ),
    "lift.title.unclear": (
        "Aún no está claro si avisar cambia algo: de {low} a {high} puntos",
        "It is not clear yet whether telling changes anything: {low} to {high} points",
    ),
    "lift.note": (
        "Diferencia entre avisados y retenidos, con intervalos de 95 %. Los grupos con menos de 30 personas no están.",
        "Difference between those told and those held out, with intervals of 95 %. Groups of fewer than 30 users are "
        "left out.",
    ),
    "lift.axis": ("diferencia, puntos porcentuales", "difference, percentage points"),
    "lift.all": ("todas", "all"),
    "trades.none": ("Todavía no hay transacciones.", "There are no trades yet."),
    "trades.title": (
        "Hubo {mean} transacciones al día; el {peak} fueron más que nunca, {most}",
        "There were {mean} trades a day; more than ever on {peak}, {most}",
    ),
    "trades.title.alone": ("Hubo {most} transacciones el {peak}", "There were {most} trades on {peak}"),
    "trades.note": ("Compras y ventas de todas las personas, por par.", "Buys and sells of everybody, by pair."),
    "trades.axis": ("transacciones al día", "trades a day"),
    "energy.none": ("Todavía no hay transacciones de energía.", "There are no energy transactions yet."),
    "energy.title": (
        "Con {name} se gana más: {margin} USD, {rate} de lo que su energía trae",
        "{name} earns the trader most: USD {margin}, {rate} of what its energy brings",
    ),
    "energy.title.loss": ("Con ningún proveedor se gana dinero", "No provider earns the trader money"),
    "energy.note": (
        "Lo comprado a cada proveedor, al precio medio de venta de su tipo de energía, menos lo que costó.",
        "What was bought of each provider at the mean price at which its type of energy is sold, less its cost.",
    ),
    "energy.axis": ("margen, USD", "margin, USD"),
    "products.none": ("Todavía no se ha vendido nada.", "Nothing has been sold yet."),
    "products.title": (
        "{name} fue lo más vendido en {month}: {quantity} unidades",
        "{name} sold best in {month}: {quantity} units",
    ),
    "products.note": (
        "Pedidos ni cancelados ni devueltos, del último mes con ventas.",
        "Of orders neither cancelled nor returned, in the last month with sales.",
    ),
    "products.axis": ("unidades", "units"),
    "hires.none": ("Todavía no hay contrataciones.", "There are no hires yet."),
    "hires.title": (
        "En {year} se contrató a {hired} personas; más en el trimestre {quarter}",
        "{hired} people were hired in {year}; most in quarter {quarter}",
    ),
    "hires.note": ("Todos los departamentos y puestos.", "Of all departments and jobs."),
    "hires.axis": ("contrataciones", "hires"),
    "hires.quarter": ("T{quarter}", "Q{quarter}"),
    "departments.none": (
        "Ningún departamento ha contratado más que la media.",
        "No department has hired more than the mean.",
    ),
    "departments.title": (
        "{name} contrató a más gente en {year}: {hired}, y la media fue {mean}",
        "{name} hired most in {year}: {hired}, and the mean was {mean}",
    ),
    "departments.note": (
        "Departamentos por encima de la media de todos, que marca la línea.",
        "Departments above the mean of all, at which the line is.",
    ),
    "visits.none": ("Todavía no hay posiciones de dispositivos.", "There are no positions of devices yet."),
    "visits.title": (
        "Lo más concurrido empieza a las {hour} UTC: {visits} visitas cada día",
        "It is busiest from {hour} UTC: {visits} visits each day",
    ),
    "visits.note": (
        "Visitas que empezaron en esa hora, en promedio de los días con datos. Una celda mide cerca de 1,1 km.",
        "Visits that began in that hour, the mean of the days with data. A cell is about 1.1 km wide.",
    ),
    "visits.axis": ("visitas al día", "visits a day"),
    "visits.hours": ("hora del día, UTC", "hour of the day, UTC"),
    "fresh.none": ("Todavía no ha llegado ningún archivo.", "No file has come in yet."),
    "fresh.title": (
        "{late} de {all} conjuntos de datos no están tan al día como prometen",
        "{late} of {all} datasets are not as fresh as they promise",
    ),
    "fresh.title.good": (
        "Los {all} conjuntos de datos están tan al día como prometen",
        "All {all} datasets are as fresh as they promise",
    ),
    "fresh.note": (
        "Tiempo desde el último archivo, en veces lo que promete el contrato; la línea es la promesa.",
        "Time since the last file, in times of what the contract promises; the line is the promise.",
    ),
    "fresh.never": (" Nunca ha llegado nada de: {names}.", " Nothing has ever come of: {names}."),
    "fresh.axis": ("veces el plazo prometido", "times the promised span"),
    "quarantine.none": ("No se ha apartado ninguna fila.", "No row has been set aside."),
    "quarantine.title": (
        "Se apartó {rate} de las filas; lo que más, {reason} en {dataset}",
        "{rate} of rows were set aside; most of all {reason} in {dataset}",
    ),
    "quarantine.note": (
        "Parte de las filas del conjunto, por el primer motivo de cada una. Hasta doce motivos.",
        "Part of the dataset's rows, by the first reason of each. Twelve reasons at most.",
    ),
    "quarantine.axis": ("parte de las filas recibidas", "part of the rows received"),
    "accounts.title": (
        "Se sabe qué fue de cada una de las {rows} filas",
        "It is known what became of each of the {rows} rows",
    ),
    "accounts.title.lost": (
        "No se sabe qué fue de {lost} de {rows} filas",
        "Nobody knows what became of {lost} of {rows} rows",
    ),
    "accounts.note": ("Parte de las filas recibidas, por conjunto.", "Part of the rows received, by dataset."),
    "accounts.dataset": ("conjunto", "dataset"),
    "accounts.files": ("archivos", "files"),
    "accounts.rows_in": ("filas", "rows"),
    "accounts.silver": ("en plata", "in silver"),
    "accounts.duplicates": ("repetidas", "duplicates"),
    "accounts.late": ("tardías", "late"),
    "accounts.quarantine": ("apartadas", "set aside"),
    "accounts.unaccounted": ("sin cuenta", "unaccounted"),
}
